using System.Collections.Concurrent;

namespace Weave.Plugin;

/// <summary>
/// Which endpoint of a container carries its route for multicast. There is one, however many of its networks have
/// multicast on: Docker does not start a container for which it would have to set the same route twice.
/// </summary>
/// <remarks>Known since our start only: a running container that is connected to a second such network later is refused by Docker.</remarks>
internal sealed class MulticastRoutes
{
    private readonly ConcurrentDictionary<string, string> _bySandbox = new(StringComparer.Ordinal);

    /// <returns>The endpoint is the one: no other of this sandbox is.</returns>
    internal bool Take(string sandbox, string endpoint) => sandbox.Length == 0 || _bySandbox.GetOrAdd(sandbox, endpoint) == endpoint;

    /// <summary>The endpoint left its sandbox: the next one to come gets the route.</summary>
    internal void Leave(string endpoint)
    {
        foreach (KeyValuePair<string, string> entry in _bySandbox.Where(entry => entry.Value == endpoint))
        {
            _bySandbox.TryRemove(entry);
        }
    }
}
