using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

public sealed class NameDatabaseTests
{
    private readonly NamesPeer _peer = new(1, 2);

    [Fact]
    public void Names_of_an_unknown_peer_wait_until_it_is_known()
    {
        _peer.Hear(NamesPeer.Entry("far.weave.local.", 3, "10.40.0.1"));
        Assert.Empty(_peer.Live());
        _peer.Meet(3);
        Assert.Equal(["far.weave.local. 10.40.0.1"], _peer.Live());
        Assert.Equal(3ul, Assert.Single(Assert.Single(_peer.Said).Entries).Origin.Value);
    }

    [Fact]
    public void They_do_not_wait_for_ever()
    {
        _peer.Hear(NamesPeer.Entry("far.weave.local.", 3, "10.40.0.1"));
        _peer.Now = _peer.Now with { Elapsed = _peer.Now.Elapsed + TimeSpan.FromSeconds(61) };
        _peer.Meet(3);
        Assert.Empty(_peer.Live());
    }

    [Fact]
    public void What_waits_is_bounded_in_number()
    {
        NameEntry[] many = [.. Enumerable.Range(0, 60_000).Select(i => new NameEntry(
            $"n{i}.weave.local.", new PeerName(3), "c", new Ipv4Address((uint)i), 0, 0))];
        _peer.Hear(many);
        _peer.Meet(3);
        Assert.Equal(50_000, _peer.Database.Count);
    }

    [Fact]
    public void One_peer_has_room_for_so_many_names_and_no_more_and_the_others_keep_theirs()
    {
        _peer.Hear([.. Many(2, PeerLimits.NamesPerPeer + 100)]);
        Assert.Equal(PeerLimits.NamesPerPeer, _peer.Database.Count);
        Assert.Equal((new PeerName(2), 100L), _peer.Database.Excess);

        Assert.True(_peer.Register("own.weave.local.", "10.32.0.1"));
        _peer.Hear([.. Many(2, 1).Select(entry => entry with { Version = 1, Tombstone = _peer.Now.UnixSeconds })]); // news of what is there
        Assert.Equal(PeerLimits.NamesPerPeer + 1, _peer.Database.Count);
        Assert.Equal(1, _peer.Database.InTableOrder().Count(entry => !entry.IsLive));

        _peer.Forget(2);
        Assert.Equal(1, _peer.Database.Count);
        Assert.Null(_peer.Database.Excess);
    }

    [Fact]
    public void All_peers_together_have_room_for_so_many_and_our_own_names_go_beyond_it()
    {
        for (ulong origin = 2; origin < 6; origin++)
        {
            _peer.Meet(origin);
            _peer.Hear([.. Many(origin, PeerLimits.NamesPerPeer)]);
        }

        Assert.Equal(PeerLimits.Names, _peer.Database.Count);
        Assert.True(_peer.Register("own.weave.local.", "10.32.0.1"));
        Assert.Equal(PeerLimits.Names + 1, _peer.Database.Count);
    }

    [Fact]
    public void What_is_too_long_for_any_question_is_left_out_and_not_told_on()
    {
        string endless = new('n', PeerLimits.TextLength + 1);
        GossipOutcome outcome = _peer.Hear(
            NamesPeer.Entry(endless, 2, "10.40.0.1"), NamesPeer.Entry("a.weave.local.", 2, "10.40.0.1", container: endless), NamesPeer.Entry("b.weave.local.", 2, "10.40.0.1"));
        Assert.Equal(["b.weave.local. 10.40.0.1"], _peer.Live());
        Assert.Equal("b.weave.local.", Assert.Single(((NamesGossip)outcome.Relay!).Entries).Hostname);
    }

    [Fact]
    public void A_tombstone_from_the_future_does_not_stay_for_ever()
    {
        _peer.Hear(NamesPeer.Entry("web.weave.local.", 2, "10.40.0.1", tombstone: 1L << 62));
        _peer.Now = new(TimeSpan.FromMinutes(30), _peer.Now.UnixSeconds + 1800);
        _peer.Database.OnDeadline(_peer.Now);
        Assert.Empty(_peer.Database.InTableOrder());
    }

    private static IEnumerable<NameEntry> Many(ulong origin, int count) => Enumerable.Range(0, count).Select(i => new NameEntry(
        $"n{i}.weave.local.", new PeerName(origin), "c", new Ipv4Address((uint)i), 0, 0));

    [Fact]
    public void A_forgotten_peer_takes_its_names_along_and_brings_them_back()
    {
        NameEntry entry = NamesPeer.Entry("web.weave.local.", 2, "10.40.0.1");
        _peer.Hear(entry);
        _peer.Forget(2);
        Assert.Empty(_peer.Database.InTableOrder());
        _peer.Meet(2);
        _peer.Hear(entry);
        Assert.Equal(["web.weave.local. 10.40.0.1"], _peer.Live());
    }

    [Fact]
    public void A_tombstone_is_purged_after_half_an_hour_and_not_before()
    {
        _peer.Register("web.weave.local.", "10.32.0.1");
        _peer.Database.Delete(_peer.Now, "c1", null, null);
        _peer.Now = new(TimeSpan.FromMinutes(30), _peer.Now.UnixSeconds + 1800);
        _peer.Database.OnDeadline(_peer.Now);
        Assert.Single(_peer.Database.InTableOrder());
        _peer.Now = new(TimeSpan.FromMinutes(60), _peer.Now.UnixSeconds + 1);
        _peer.Database.OnDeadline(_peer.Now);
        Assert.Empty(_peer.Database.InTableOrder());
        Assert.Null(_peer.Database.CompleteState(_peer.Now));
    }

    [Fact]
    public void A_restarted_peer_tombstones_what_others_remember_of_it()
    {
        _peer.Hear(NamesPeer.Entry("old.weave.local.", 1, "10.32.0.9", 4));
        Assert.Empty(_peer.Live());
        NameEntry said = Assert.Single(Assert.Single(_peer.Said).Entries);
        Assert.Equal((5, _peer.Now.UnixSeconds), (said.Version, said.Tombstone));
    }

    [Fact]
    public void A_claim_that_cannot_be_outbid_does_not_move_us()
    {
        _peer.Register("web.weave.local.", "10.32.0.1");
        _peer.Hear(NamesPeer.Entry("web.weave.local.", 1, "10.32.0.1", long.MaxValue, 7, "c1"));
        Assert.Equal(["web.weave.local. 10.32.0.1"], _peer.Live());
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(0)]
    public void A_clock_that_is_far_off_is_a_fault_and_changes_nothing(long clock)
    {
        NameEntry entry = NamesPeer.Entry("web.weave.local.", 2, "10.40.0.1");
        GossipOutcome outcome = _peer.Database.OnGossip(_peer.Now, new PeerName(2), NamesMessage.Encode(clock, [entry]));
        Assert.Contains("clock skew", outcome.Fault, StringComparison.Ordinal);
        Assert.Empty(_peer.Live());
    }

    [Fact]
    public void A_broadcast_is_passed_on_even_when_it_is_no_news()
    {
        byte[] message = NamesMessage.Encode(_peer.Now.UnixSeconds, [NamesPeer.Entry("web.weave.local.", 2, "10.40.0.1")]);
        Assert.NotNull(_peer.Database.OnBroadcast(_peer.Now, new PeerName(2), message).Relay);
        Assert.NotNull(_peer.Database.OnBroadcast(_peer.Now, new PeerName(2), message).Relay);
        Assert.NotNull(_peer.Database.OnGossip(_peer.Now, new PeerName(2), message) is { Relay: null } quiet ? "" : null);
    }

    [Fact]
    public void A_great_many_names_are_told_in_messages_that_original_peers_take()
    {
        for (uint i = 0; i < 60_000; i++)
        {
            _peer.Database.Register(_peer.Now, new string('c', 64), $"a-rather-long-name-of-a-container-{i}.weave.local.", new Ipv4Address(i));
        }

        List<byte[]> payloads = [];
        _peer.Database.CompleteState(_peer.Now)!.Encode(payloads);
        Assert.True(payloads.Count > 1);
        Assert.All(payloads, payload => Assert.True(payload.Length < 10 << 20));
        NamesPeer other = new(2, 1);
        payloads.ForEach(payload => other.Database.OnGossip(other.Now, new PeerName(1), payload));
        Assert.Equal(60_000, other.Database.Count);
    }
}
