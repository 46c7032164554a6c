using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Simulation;
using Weave.Simulation.Ipam;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>
/// Must never happen 1, with everything that a connection carries: three peers with addresses and names, and a fourth that
/// tells them a ring which contradicts theirs.
/// </summary>
public sealed class DisagreementInMeshTests
{
    private const string Addresses = "addresses";
    private const string HostNames = "names";

    private static readonly PeerName Stranger = new(9);
    private static readonly Ipv4Cidr Universe = Ipv4Cidr.Parse("10.32.0.0/24");
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private readonly World _world = new(1, new WorldOptions { Attach = Join });
    private readonly SimulatedPeer[] _peers;
    private readonly SimulatedPeer _stranger;
    private readonly Dictionary<SimulatedPeer, Ipv4Address> _used = [];

    public DisagreementInMeshTests()
    {
        _peers = [_world.AddPeer(), _world.AddPeer(), _world.AddPeer()];
        _stranger = _world.AddPeer(Stranger);
        World.Connect(_peers[0], _peers[1], _peers[2]);
        World.Connect(_peers[1], _peers[2]);
        World.Connect(_stranger, _peers);
        Assert.True(_world.RunUntil(_world.IsConverged, Soon), string.Join('\n', _world.Differences()));
        foreach (SimulatedPeer peer in _peers)
        {
            peer.Run(now => AllocatorOf(peer).Submit(now, new AllocateRequest($"c{peer.Number}", Universe, isContainer: true, answer => _used[peer] = answer.Address.Address)));
        }

        Assert.True(_world.RunUntil(() => _used.Count == _peers.Length, Soon), "not everybody has an address");
        _world.RunFor(Soon);
    }

    [Fact]
    public void The_same_tokens_and_versions_with_another_owner()
    {
        RingState ring = Ring();
        Tell(ring with { Peer = Stranger, Entries = [.. ring.Entries.Select(entry => entry with { Peer = Stranger, Free = 0 })] });
        AssertUnharmed();
        Assert.Contains(_peers, peer => AllocatorOf(peer).HealedConflicts > 0);
    }

    // Had he addresses in use there, we would yield and claim ours from him: an original peer would not take ours (docs/adr/0030).
    [Fact]
    public void Newer_entries_of_another_owner_who_uses_nothing_there()
    {
        RingState ring = Ring();
        Tell(ring with { Peer = Stranger, Entries = [.. ring.Entries.Select((entry, i) => entry with
        {
            Peer = Stranger,
            Version = entry.Version + 50,
            Free = (i + 1 < ring.Entries.Count ? ring.Entries[i + 1].Token.Value : ring.Range.End.Value) - entry.Token.Value,
        })] });
        AssertUnharmed();
        Assert.Contains(_peers, peer => AllocatorOf(peer).HealedConflicts > 0);
    }

    [Fact]
    public void Other_seeds()
    {
        RingState ring = Ring();
        Tell(ring with { Peer = Stranger, Seeds = [Stranger], Entries = [new RingEntry(ring.Range.Start, Stranger, 5, 0)] });
        AssertUnharmed();
    }

    [Fact]
    public void A_free_count_that_cannot_be()
    {
        RingState ring = Ring();
        Tell(ring with { Peer = Stranger, Entries = [.. ring.Entries.Select(entry => entry with { Free = 100_000 })] });
        AssertUnharmed();
        Assert.All(_peers, peer => Assert.True(peer.Status.Channels.Single(channel => channel.Name == Allocator.ChannelName).Faults > 0));
        Assert.All(_peers, peer => Assert.Contains(StatusOf(peer).Conflicts, text => text.Contains($"{Stranger}", StringComparison.Ordinal)));
    }

    private static void Join(SimulatedPeer peer)
    {
        if (peer.Name == Stranger)
        {
            peer.Attachments[Addresses] = peer.Router.AddChannel(Allocator.ChannelName, sender => new Liar(sender));
            return;
        }

        peer.Attachments[Addresses] = peer.Router.AddChannel(Allocator.ChannelName, sender => new Allocator(
            new AllocatorOptions(Universe, () => 2, IsObserver: false, [], []), sender, peer.Router, new SeededRandom(peer.Name.Value), new MemoryAllocationStore(peer.Name)));
        AllocatorOf(peer).Start(peer.Now);
        peer.Attachments[HostNames] = peer.Router.AddChannel("nameserver", sender => new NameDatabase("weave.local.", peer.Router, sender));
    }

    private static Allocator AllocatorOf(SimulatedPeer peer) => (Allocator)peer.Attachments[Addresses];

    private static NameDatabase NamesOf(SimulatedPeer peer) => (NameDatabase)peer.Attachments[HostNames];

    private static IpamStatus StatusOf(SimulatedPeer peer) => AllocatorOf(peer).Status(Universe);

    private static string RingOf(SimulatedPeer peer) => string.Join(' ', StatusOf(peer).Entries.Select(entry => $"{entry.Token}={entry.Peer}v{entry.Version}"));

    private RingState Ring()
    {
        List<byte[]> told = [];
        AllocatorOf(_peers[0]).CompleteState(_peers[0].Now)!.Encode(told);
        Assert.True(AllocatorMessage.TryDecodeState(told[0], out AllocatorState? state));
        return state.Ring!;
    }

    // Once by broadcast, then with every complete state, as a peer would that believes it.
    private void Tell(RingState ring)
    {
        byte[] payload = AllocatorMessage.EncodeState(new AllocatorState(0, new Dictionary<PeerName, string>(), null, ring, []));
        _stranger.Run(_ => ((Liar)_stranger.Attachments[Addresses]).Tell(payload));
    }

    private void AssertUnharmed()
    {
        _peers[0].Run(now => NamesOf(_peers[0]).Register(now, "c0", "told-meanwhile.weave.local.", _used[_peers[0]]));
        for (int second = 0; second < 180; second++)
        {
            _world.RunFor(TimeSpan.FromSeconds(1));
            foreach (SimulatedPeer peer in _peers)
            {
                Assert.All(_peers, other => Assert.True(peer.DataRoutes!.Unicast.ContainsKey(other.Name), $"second {second}: no data from {peer} to {other}"));
                Assert.Equal(0, peer.Status.TerminationCount);
            }
        }

        Assert.All(_peers, peer => Assert.Contains(NamesOf(peer).InTableOrder(), entry => entry.Hostname == "told-meanwhile.weave.local."));
        Assert.Single(_peers.Select(RingOf).Distinct());
        foreach (SimulatedPeer peer in _peers)
        {
            Assert.Equal(peer.Name, StatusOf(peer).Entries.Last(entry => entry.Token.Value <= _used[peer].Value).Peer);
            Assert.Empty(StatusOf(peer).PendingClaims);
        }
    }

    private sealed class Liar(IGossipSender sender) : IGossipChannel
    {
        private Lie? _lie;

        public TimeSpan? NextDeadline => null;

        public GossipData? CompleteState(Moment now) => _lie;

        public GossipOutcome OnGossip(Moment now, PeerName neighbour, ReadOnlySpan<byte> payload) => GossipOutcome.Nothing;

        public GossipOutcome OnBroadcast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) => GossipOutcome.Nothing;

        public GossipOutcome OnUnicast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) => GossipOutcome.Nothing;

        public void OnPeerKnown(Moment now, PeerName peer)
        {
        }

        public void OnPeerForgotten(Moment now, PeerName peer)
        {
        }

        public void OnDeadline(Moment now)
        {
        }

        internal void Tell(byte[] payload)
        {
            _lie = new Lie(payload);
            sender.Broadcast(_lie);
        }
    }

    private sealed class Lie(byte[] payload) : GossipData
    {
        public override GossipData Merge(GossipData newer) => newer;

        public override void Encode(ICollection<byte[]> payloads) => payloads.Add(payload);
    }
}
