using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

public sealed class TopologyTests
{
    private static readonly PeerName Self = new(50);

    [Fact]
    public void When_every_short_id_is_taken_ours_is_kept_until_some_peer_goes()
    {
        Topology topology = New();
        TopologyChanges changes = new();
        IEnumerable<PeerRecord> all = Enumerable.Range(0, ShortId.Count)
            .Select(id => new PeerRecord(new PeerName((ulong)(100 + id)), "", 1, 1, new ShortId((ushort)id), []));
        topology.SetOwnLink(new PeerLink(new PeerName(100), "10.0.0.1:6783", true, true));
        PeerRecord lower = new(new PeerName(1), "", 1, 1, new ShortId(7), []);
        topology.SetOwnLink(new PeerLink(lower.Name, "10.0.0.1:6783", true, true));
        topology.Merge([.. all, lower], changes);
        Assert.Equal(new ShortId(7), topology.SelfShortId);
        Assert.False(changes.SelfChanged);

        topology.Collect([], changes);
        Assert.True(changes.SelfChanged);
        Assert.NotEqual(new ShortId(7), topology.SelfShortId);
        Assert.Equal(Self, topology.OwnerOf(topology.SelfShortId));
    }

    [Theory]
    [InlineData(PeerLimits.Peers - 1, 0, false)]
    [InlineData(PeerLimits.Peers + 1, 0, true)] // described
    [InlineData(1, PeerLimits.LinksPerPeer, false)]
    [InlineData(1, PeerLimits.LinksPerPeer + 1, true)]
    [InlineData(3, PeerLimits.LinksPerPeer, true)] // far ends are peers, too
    public void More_peers_and_links_than_any_mesh_has_are_refused_whole(int peers, int linksEach, bool refused)
    {
        Topology topology = New();
        byte[] update = TopologyPayload.Write(Enumerable.Range(0, peers).Select(peer => new PeerRecord(
            new PeerName((ulong)(1000 + peer)), "", 1, 1, null,
            [.. Enumerable.Range(0, linksEach).Select(link => new PeerLink(new PeerName((ulong)(1_000_000 + (peer * linksEach) + link)), "", true, true))])));
        Assert.Equal(!refused, topology.TryMerge(update, new TopologyChanges(), out _, out string? error));
        Assert.Equal(refused, error?.Contains("more than", StringComparison.Ordinal) == true);
        Assert.Equal(refused, topology.Names.Count() == 1);
    }

    [Fact]
    public void A_nickname_is_cut_and_harmless_wherever_it_comes_from()
    {
        Topology topology = New();
        byte[] update = TopologyPayload.Write([new PeerRecord(new PeerName(9), "\u001b[31mevil\nfake" + new string('x', 100_000), 1, 1, null, [])]);
        Assert.True(topology.TryMerge(update, new TopologyChanges(), out _, out _));
        Assert.StartsWith("?[31mevil?fake", topology.NicknameOf(new PeerName(9)), StringComparison.Ordinal);
        Assert.Equal(PeerLimits.TextLength, topology.NicknameOf(new PeerName(9))!.Length);
    }

    [Fact]
    public void A_held_peer_and_what_lies_behind_a_lingering_one_are_not_collected()
    {
        Topology topology = New();
        TopologyChanges changes = new();
        topology.Hold(new PeerName(2), "held", 1, null, changes);
        PeerLink behind = new(new PeerName(4), "10.0.0.4:6783", true, true);
        topology.Merge([new PeerRecord(new PeerName(3), "lingering", 1, 1, null, [behind])], changes);

        topology.Collect([new PeerName(3)], changes);
        Assert.Equal([new PeerName(2), new PeerName(3), new PeerName(4), Self], topology.Names);

        topology.Release(new PeerName(2));
        topology.Collect([], changes);
        Assert.Equal([Self], topology.Names);
        Assert.Equal(3, changes.Removed.Count);
    }

    [Fact]
    public void Reusing_a_short_id_or_losing_it_to_a_lower_name_says_that_flows_are_stale()
    {
        Topology topology = New();
        TopologyChanges changes = new();
        topology.Merge([new PeerRecord(new PeerName(60), "", 1, 1, new ShortId(9), [])], changes);
        Assert.False(changes.ShortIdsMoved);
        topology.Merge([new PeerRecord(new PeerName(59), "", 1, 1, new ShortId(9), [])], changes);
        Assert.True(changes.ShortIdsMoved);
        changes.Clear();
        topology.Collect([], changes);
        changes.Clear();
        topology.Merge([new PeerRecord(new PeerName(60), "", 1, 1, new ShortId(9), [])], changes);
        Assert.True(changes.ShortIdsMoved);
    }

    [Fact]
    public void An_incarnation_at_the_last_version_there_is_does_not_wrap_ours()
    {
        Topology topology = New();
        topology.Merge([new PeerRecord(Self, "", 999, ulong.MaxValue, null, [])], new TopologyChanges());
        Assert.Equal(0UL, topology.Self.Version);
    }

    private static Topology New() => new(Self, "self", 5, new ShortId(7), new SeededRandom(3));
}
