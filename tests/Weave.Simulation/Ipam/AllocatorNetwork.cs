using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Simulation.Ipam;

/// <summary>
/// Hosts with allocators, joined by links that delay, lose at partitions, and reorder gossip against unicasts; and the one
/// invariant: no address is with two running containers.
/// </summary>
internal sealed class AllocatorNetwork(SeededRandom random, Ipv4Cidr universe)
{
    private readonly List<AllocatorHost> _hosts = [];
    private readonly SortedDictionary<(ulong From, ulong To), Queue<Func<AllocatorHost, AllocatorHost, bool>>> _unicasts = [];
    private readonly SortedDictionary<(ulong From, ulong To), (GossipData Data, bool IsBroadcast)> _gossip = [];
    private readonly HashSet<AllocatorHost> _cutOff = [];
    private TimeSpan _elapsed;
    private TimeSpan _nextGossip = TimeSpan.FromSeconds(30);

    internal SeededRandom Random { get; } = random;

    internal Ipv4Cidr Universe { get; } = universe;

    internal IReadOnlyList<AllocatorHost> Hosts => _hosts;

    internal Moment Now => new(_elapsed, 1_700_000_000 + (long)_elapsed.TotalSeconds);

    /// <summary>Voters that decide on the first ring.</summary>
    internal int Quorum { get; set; } = 1;

    internal int Delivered { get; private set; }

    /// <summary>Told of each gossip that has arrived: from whom, to whom.</summary>
    internal Action<AllocatorHost, AllocatorHost>? OnHeard { get; set; }

    internal bool IsQuiet => _unicasts.Count == 0 && _gossip.Count == 0;

    internal AllocatorHost Add(bool original = false)
    {
        AllocatorHost host = new(this, new PeerName((ulong)_hosts.Count + 1), original);
        _hosts.Add(host);
        return host;
    }

    internal IEnumerable<AllocatorHost> Reachable(AllocatorHost from) => from.IsUp
        ? _hosts.Where(host => host != from && host.IsUp && host.Segment == from.Segment)
        : [];

    internal void Start(AllocatorHost host)
    {
        host.Start(Random.NextUInt64());
        Meet(host, Reachable(host));
    }

    /// <summary>The host is gone from the network: what was under way is lost, others forget it.</summary>
    internal void Disconnect(AllocatorHost host, Action how)
    {
        List<AllocatorHost> peers = [.. Reachable(host)];
        how();
        DropTraffic();
        foreach (AllocatorHost peer in peers)
        {
            peer.Allocator!.OnPeerForgotten(Now, host.Self);
        }
    }

    /// <summary>What is sent to the host or by it is lost from now on, and nobody has noticed.</summary>
    internal void CutOff(AllocatorHost host) => _cutOff.Add(host);

    /// <summary>Moves hosts to segments; links that break lose what was under way, links that form exchange complete state.</summary>
    internal void Rewire(Func<AllocatorHost, int> segmentOf)
    {
        Dictionary<AllocatorHost, List<AllocatorHost>> before = _hosts.ToDictionary(host => host, host => Reachable(host).ToList());
        foreach (AllocatorHost host in _hosts)
        {
            host.Segment = segmentOf(host);
        }

        DropTraffic();
        foreach (AllocatorHost host in _hosts.Where(host => host.IsUp))
        {
            List<AllocatorHost> now = [.. Reachable(host)];
            foreach (AllocatorHost lost in before[host].Except(now))
            {
                host.Allocator!.OnPeerForgotten(Now, lost.Self);
            }

            Meet(host, now.Except(before[host]));
        }
    }

    internal void SendGossip(AllocatorHost from, GossipData data)
    {
        foreach (AllocatorHost to in Reachable(from).Where(to => Arrives(from, to)))
        {
            _gossip.TryAdd((from.Self.Value, to.Self.Value), (data, false));
        }
    }

    internal void SendBroadcast(AllocatorHost from, GossipData data)
    {
        foreach (AllocatorHost to in Reachable(from).Where(to => Arrives(from, to)))
        {
            _gossip[(from.Self.Value, to.Self.Value)] = (data, true);
        }
    }

    internal bool TrySendUnicast(AllocatorHost from, PeerName destination, byte[] payload)
    {
        if (!Reachable(from).Any(host => host.Self == destination))
        {
            return false;
        }

        if (!Arrives(from, Host(destination.Value)))
        {
            return true;
        }

        (ulong, ulong) link = (from.Self.Value, destination.Value);
        if (!_unicasts.TryGetValue(link, out Queue<Func<AllocatorHost, AllocatorHost, bool>>? queue))
        {
            _unicasts[link] = queue = new Queue<Func<AllocatorHost, AllocatorHost, bool>>();
        }

        queue.Enqueue((sender, receiver) => receiver.Allocator!.OnUnicast(Now, sender.Self, payload).Fault is null);
        return true;
    }

    /// <summary>One message arrives, whichever. False when none was under way.</summary>
    internal bool Deliver()
    {
        List<(ulong From, ulong To)> unicasts = [.. _unicasts.Keys];
        int choices = unicasts.Count + _gossip.Count;
        if (choices == 0)
        {
            return false;
        }

        Delivered++;
        int choice = Random.Next(choices);
        if (choice < unicasts.Count)
        {
            (ulong from, ulong to) = unicasts[choice];
            Queue<Func<AllocatorHost, AllocatorHost, bool>> queue = _unicasts[unicasts[choice]];
            Func<AllocatorHost, AllocatorHost, bool> arrive = queue.Dequeue();
            if (queue.Count == 0)
            {
                _unicasts.Remove(unicasts[choice]);
            }

            arrive(Host(from), Host(to));
            return true;
        }

        ((ulong From, ulong To) link, (GossipData data, bool isBroadcast)) = _gossip.ElementAt(choice - unicasts.Count);
        _gossip.Remove(link);
        DeliverGossip(Host(link.From), Host(link.To), data, isBroadcast);
        return true;
    }

    /// <summary>Time passes; whoever waited for it is woken.</summary>
    internal void Advance(TimeSpan by)
    {
        _elapsed += by;
        foreach (AllocatorHost host in _hosts.Where(host => host.IsUp && host.Allocator!.NextDeadline <= _elapsed))
        {
            host.Allocator!.OnDeadline(Now);
        }

        if (_elapsed >= _nextGossip)
        {
            _nextGossip = _elapsed + TimeSpan.FromSeconds(30);
            foreach (AllocatorHost host in _hosts.Where(host => host.IsUp))
            {
                SendGossip(host, host.Allocator!.CompleteState(Now)!);
            }
        }
    }

    /// <summary>The two containers that have the same address; null when there are none.</summary>
    internal string? Duplicate()
    {
        Dictionary<Ipv4Address, string> seen = [];
        foreach (AllocatorHost host in _hosts)
        {
            foreach ((string container, Ipv4Cidr cidr) in host.Containers)
            {
                if (!seen.TryAdd(cidr.Address, container))
                {
                    return $"{cidr.Address} is with {seen[cidr.Address]} and with {container}";
                }
            }
        }

        return null;
    }

    private bool Arrives(AllocatorHost from, AllocatorHost to) => !_cutOff.Contains(from) && !_cutOff.Contains(to);

    private AllocatorHost Host(ulong name) => _hosts[(int)name - 1];

    private void DeliverGossip(AllocatorHost from, AllocatorHost to, GossipData data, bool isBroadcast)
    {
        List<byte[]> payloads = [];
        data.Encode(payloads);
        foreach (byte[] payload in payloads)
        {
            _ = isBroadcast
                ? to.Allocator!.OnBroadcast(Now, from.Self, payload)
                : to.Allocator!.OnGossip(Now, from.Self, payload);
        }

        OnHeard?.Invoke(from, to);
    }

    private void Meet(AllocatorHost host, IEnumerable<AllocatorHost> peers)
    {
        foreach (AllocatorHost peer in peers.ToList())
        {
            host.Allocator!.OnPeerKnown(Now, peer.Self);
            peer.Allocator!.OnPeerKnown(Now, host.Self);
            _gossip.TryAdd((host.Self.Value, peer.Self.Value), (host.Allocator.CompleteState(Now)!, false));
            _gossip.TryAdd((peer.Self.Value, host.Self.Value), (peer.Allocator.CompleteState(Now)!, false));
        }
    }

    private void DropTraffic()
    {
        bool Broken((ulong From, ulong To) link) => !Reachable(Host(link.From)).Contains(Host(link.To));
        foreach ((ulong, ulong) link in _unicasts.Keys.Where(Broken).ToList())
        {
            _unicasts.Remove(link);
        }

        foreach ((ulong, ulong) link in _gossip.Keys.Where(Broken).ToList())
        {
            _gossip.Remove(link);
        }
    }
}
