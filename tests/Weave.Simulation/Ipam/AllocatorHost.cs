using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Simulation.Ipam;

/// <summary>One host: an allocator that may be down, containers that may outlive it, a disk that may be lost.</summary>
internal sealed class AllocatorHost : IGossipSender, IPeerDirectory
{
    private readonly AllocatorNetwork _network;
    private readonly bool _original;

    internal AllocatorHost(AllocatorNetwork network, PeerName name, bool original)
    {
        _network = network;
        _original = original;
        Self = name;
        Universe = network.Universe;
        Store = new MemoryAllocationStore(name);
    }

    public PeerName Self { get; }

    public ulong SelfUid { get; private set; }

    public string SelfNickname => $"host{Self.Value}";

    public IEnumerable<PeerName> Names => _network.Reachable(this).Append(this).Select(host => host.Self).Order();

    internal MemoryAllocationStore Store { get; }

    /// <summary>The seeds that it is started with.</summary>
    internal IReadOnlyList<PeerName> Seeds { get; set; } = [];

    /// <summary>The range that it is started with.</summary>
    internal Ipv4Cidr Universe { get; set; }

    internal Allocator? Allocator { get; private set; }

    internal bool IsUp => Allocator is not null;

    internal bool IsOriginal => _original;

    /// <summary>Which part of a partitioned network this host is in.</summary>
    internal int Segment { get; set; }

    /// <summary>The machine is off: its containers are gone.</summary>
    internal bool IsDead { get; private set; }

    /// <summary>It handed its share to another peer before it went.</summary>
    internal bool HasLeft { get; set; }

    /// <summary>Its share was taken over while it was dead.</summary>
    internal bool WasRemoved { get; set; }

    /// <summary>Running containers, with the address that each uses.</summary>
    internal SortedDictionary<string, Ipv4Cidr> Containers { get; } = new(StringComparer.Ordinal);

    internal SortedDictionary<string, AllocationRequest> Waiting { get; } = new(StringComparer.Ordinal);

    public bool Contains(PeerName peer) => peer == Self || _network.Reachable(this).Any(host => host.Self == peer);

    public string? NicknameOf(PeerName peer) => Contains(peer) ? $"host{peer.Value}" : null;

    public void Gossip(GossipData data) => _network.SendGossip(this, data);

    public void Broadcast(GossipData data) => _network.SendBroadcast(this, data);

    public bool TryUnicast(PeerName destination, byte[] payload) => _network.TrySendUnicast(this, destination, payload);

    /// <summary>Starts the daemon; what runs on the host is claimed first, what does not run any more is freed.</summary>
    internal void Start(ulong uid)
    {
        SelfUid = uid;
        IsDead = false;
        HasLeft = false;
        WasRemoved = false;
        AllocatorOptions options = new(
            Universe,
            () => _network.Quorum,
            IsObserver: false,
            Seeds,
            [.. Containers.Select(container => new PreClaim(container.Key, container.Value, IsContainer: true))]);
        Allocator = new Allocator(options, this, this, _network.Random, Store) { FollowsOriginalRule = _original };
        Allocator.Start(_network.Now);
        HashSet<string> running = [.. Containers.Keys];
        Allocator.Prune(_network.Now, running, running, _network.Now.Elapsed);
    }

    /// <summary>The daemon is killed. Containers run on.</summary>
    internal void Kill()
    {
        Allocator = null;
        Waiting.Clear();
    }

    /// <summary>The machine loses power.</summary>
    internal void PowerOff()
    {
        Kill();
        Containers.Clear();
        IsDead = true;
    }
}
