using System.Net;
using Weave.Docker.Model;

namespace Weave.Docker.Managed;

/// <summary>
/// Which nodes of the swarm we are to be connected to, from what the engine tells at one look after the other and what it
/// announces in between. A machine: no clock, nothing waits.
/// </summary>
internal sealed class SwarmRoster(IEnumerable<string> known)
{
    /// <summary>A node that is down is starting again, mostly; one that left stays in the list as down until it is removed.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>An engine that has just started may say for a moment that it is in no swarm.</summary>
    internal static readonly TimeSpan Doubt = TimeSpan.FromSeconds(10);

    /// <summary>More nodes than a swarm has, whatever is announced.</summary>
    internal const int MaxAnnounced = 4096;

    private readonly SortedSet<string> _known = new(known, StringComparer.Ordinal);
    private readonly SortedSet<string> _announced = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _downSince = [];
    private TimeSpan? _outSince;

    /// <summary>Whom we connect to because of the swarm, ascending.</summary>
    internal IReadOnlyList<string> Known => [.. _known];

    /// <summary>The engine announced a node. It counts from the next look on.</summary>
    internal void OnAnnounced(string address, bool self)
    {
        if (!self && _announced.Count < MaxAnnounced && IPAddress.TryParse(address, out IPAddress? parsed) && !IPAddress.Any.Equals(parsed))
        {
            _announced.Add(address);
        }
    }

    /// <summary>The engine says that a node is gone; what the next look finds decides.</summary>
    internal void OnGone(string address) => _announced.Remove(address);

    /// <summary>The engine was asked.</summary>
    /// <returns>Whom to connect to, and whom to forget. Neither while the swarm is in between.</returns>
    internal (IReadOnlyList<string> New, IReadOnlyList<string> Gone) OnLook(TimeSpan now, SwarmState swarm, IReadOnlyList<SwarmNode> nodes)
    {
        if (swarm.LocalNodeState is not ("active" or "inactive" or "" or null))
        {
            return ([], []);
        }

        bool isMember = swarm.LocalNodeState == "active";
        _outSince = isMember ? null : _outSince ?? now;
        if (now - _outSince < Doubt)
        {
            return ([], []);
        }

        SortedSet<string> wanted = new(isMember ? SwarmPeers.Choose(swarm, nodes) : [], StringComparer.Ordinal);
        if (!isMember)
        {
            _announced.Clear();
        }
        else if (swarm.ControlAvailable)
        {
            AddDown(now, nodes, wanted); // a manager knows all
        }
        else
        {
            wanted.UnionWith(_announced);
        }

        wanted.Remove(swarm.NodeAddr ?? "");
        List<string> added = [.. wanted.Except(_known)];
        List<string> gone = [.. _known.Except(wanted)];
        _known.Clear();
        _known.UnionWith(wanted);
        return (added, gone);
    }

    private void AddDown(TimeSpan now, IReadOnlyList<SwarmNode> nodes, SortedSet<string> wanted)
    {
        HashSet<string> down = [.. nodes.Where(node => node.Status?.State != "ready").Select(SwarmPeers.AddressOf).Where(_known.Contains)];
        foreach (string address in down)
        {
            _downSince.TryAdd(address, now);
            if (now - _downSince[address] < Patience)
            {
                wanted.Add(address);
            }
        }

        foreach (string back in _downSince.Keys.Where(address => !down.Contains(address)).ToList())
        {
            _downSince.Remove(back);
        }
    }
}
