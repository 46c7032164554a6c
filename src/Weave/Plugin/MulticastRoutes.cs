using Weave.Persistence;
using Weave.Plugin.Model;

namespace Weave.Plugin;

/// <summary>
/// Which endpoint of a container carries its route for multicast. There is one, however many of its networks have
/// multicast on: Docker does not start a container for which it would have to set the same route twice.
/// </summary>
/// <remarks>Safe from any thread; survives restarts. In each sandbox the first endpoint is the one; the others wait for it to leave.</remarks>
internal sealed class MulticastRoutes(IStateStore store)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string[]> _bySandbox =
        new(store.Under(StateKeys.MulticastRoutes, PluginJson.Default.StringArray), StringComparer.Ordinal);

    /// <summary>An endpoint got the route because the one before it left: told its sandbox and its id.</summary>
    internal event Action<string, string>? HandedOn;

    /// <returns>The endpoint is the one: no other of this sandbox is.</returns>
    /// <exception cref="IOException">It cannot be stored.</exception>
    internal bool Take(string sandbox, string endpoint)
    {
        if (sandbox.Length == 0)
        {
            return true;
        }

        lock (_lock)
        {
            string[] endpoints = [.. _bySandbox.GetValueOrDefault(sandbox, []).Where(other => other != endpoint), endpoint];
            bool first = endpoints.Length == 1 || _bySandbox[sandbox][0] == endpoint;
            Set(sandbox, first ? [endpoint, .. endpoints[..^1]] : endpoints);
            return first;
        }
    }

    /// <summary>The endpoint left its sandbox: the next one there gets the route.</summary>
    internal void Leave(string endpoint)
    {
        foreach ((string sandbox, string heir) in LeaveWhere(left => left == endpoint))
        {
            HandedOn?.Invoke(sandbox, heir);
        }
    }

    /// <summary>Those that left while we were not there.</summary>
    internal void KeepOnly(Predicate<string> exists)
    {
        foreach ((string sandbox, string heir) in LeaveWhere(endpoint => !exists(endpoint)))
        {
            HandedOn?.Invoke(sandbox, heir);
        }
    }

    private List<(string Sandbox, string Heir)> LeaveWhere(Predicate<string> left)
    {
        List<(string, string)> heirs = [];
        lock (_lock)
        {
            foreach ((string sandbox, string[] endpoints) in _bySandbox.Where(entry => Array.Exists(entry.Value, left)).ToArray())
            {
                string[] stay = Array.FindAll(endpoints, endpoint => !left(endpoint));
                if (stay.Length > 0 && stay[0] != endpoints[0])
                {
                    heirs.Add((sandbox, stay[0]));
                }

                Set(sandbox, stay);
            }
        }

        return heirs;
    }

    private void Set(string sandbox, string[] endpoints)
    {
        if (endpoints.Length > 0)
        {
            store.PutSoon(StateKeys.MulticastRoutes + sandbox, endpoints, PluginJson.Default.StringArray);
            _bySandbox[sandbox] = endpoints;
        }
        else if (_bySandbox.Remove(sandbox))
        {
            store.RemoveSoon(StateKeys.MulticastRoutes + sandbox);
        }
    }
}
