using System.Globalization;
using System.Text.Json;
using Weave.Core.Overlay.Datapath;
using Weave.Tests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Core.Overlay.Datapath;

public sealed class FastForwarderTests
{
    private const ulong Uid = 0x1122_3344_5566_7788;
    private const int Mtu = 1376;
    private const int Length = 1390;

    private static readonly Ipv4Address Remote = Ipv4Address.Parse("10.77.0.2");

    private readonly FastForwarder _forwarder = new(Uid, Mtu, Remote);
    private readonly List<FastForwarderEffect> _effects = [];

    [Fact]
    public void Nothing_is_sent_before_the_connection_is_confirmed()
    {
        Heartbeat(0);
        _forwarder.OnDeadline(Seconds(1000), Seconds(1000), _effects);
        Assert.Empty(_effects);
        Assert.Null(_forwarder.NextDeadline);
    }

    [Fact]
    public void Heartbeats_begin_at_once_and_come_every_half_second()
    {
        _forwarder.OnConfirm(Seconds(0), presumed: false, _effects);
        Assert.Equal([new FastForwarderEffect.SendHeartbeat(Hearing.NotHeard)], Take());
        Assert.Equal(Seconds(0.5), _forwarder.NextDeadline);
        _forwarder.OnDeadline(Seconds(0.5), Seconds(0.5), _effects);
        Assert.Equal([new FastForwarderEffect.SendHeartbeat(Hearing.NotHeard)], Take());
        Assert.Equal(Seconds(1), _forwarder.NextDeadline);
    }

    [Fact]
    public void The_first_heartbeat_is_acknowledged_once()
    {
        Confirm();
        Heartbeat(0.1);
        Assert.Equal([new FastForwarderEffect.Acknowledge()], Take());
        Heartbeat(0.6);
        Assert.Empty(Take());
    }

    [Fact]
    public void A_neighbour_that_has_no_device_is_on_hold_until_its_next_heartbeat()
    {
        Confirm();
        Heartbeat(0.1);
        _forwarder.OnControl(Seconds(1), 0, _effects);
        Take();
        _forwarder.OnControl(Seconds(2), FastForwarder.NoDeviceTag, _effects);
        Assert.Equal([new FastForwarderEffect.Hold(true)], Take());
        Heartbeat(3);
        Assert.Contains(new FastForwarderEffect.Hold(false), Take());
    }

    [Fact]
    public void An_acknowledgement_establishes_once_and_slows_the_heartbeats_down()
    {
        Confirm();
        Heartbeat(0.1);
        Take();
        _forwarder.OnControl(Seconds(1), 0, _effects);
        Assert.Equal([new FastForwarderEffect.Established()], Take());
        Assert.Equal(Seconds(11), _forwarder.NextDeadline);
        _forwarder.OnControl(Seconds(2), 0, _effects);
        _forwarder.OnControl(Seconds(2), 1, _effects);
        _forwarder.OnControl(Seconds(2), 200, _effects);
        Assert.Empty(Take());
    }

    [Fact]
    public void Sixty_silent_seconds_put_it_on_hold_and_the_next_heartbeat_lifts_that()
    {
        EstablishOriginal();
        Run(until: 60.9);
        Assert.DoesNotContain(new FastForwarderEffect.Hold(true), Take());
        Run(until: 61.1);
        Assert.Contains(new FastForwarderEffect.Hold(true), Take());
        Run(until: 500);
        Assert.Equal(43, Take().OfType<FastForwarderEffect.SendHeartbeat>().Count());
        Heartbeat(500);
        Assert.Equal([new FastForwarderEffect.Hold(false)], Take());
        Assert.False(_forwarder.IsHeld);
    }

    [Fact]
    public void A_path_that_never_worked_is_held_and_still_tried()
    {
        Confirm();
        Run(until: 3600);
        Assert.True(_forwarder.IsHeld);
        Take();
        Heartbeat(3600);
        _forwarder.OnControl(Seconds(3600.1), 0, _effects);
        Assert.Equal(
            [new FastForwarderEffect.Acknowledge(), new FastForwarderEffect.Hold(false), new FastForwarderEffect.Established()], Take());
    }

    [Fact]
    public void Between_ours_a_way_that_is_cut_in_one_direction_is_held_at_both_ends()
    {
        EstablishOurs();
        Heartbeat(4, Hearing.NotHeard);
        Assert.Contains(new FastForwarderEffect.Hold(true), Take());
        Heartbeat(6, Hearing.NotHeard);
        Assert.Empty(Take());
        Heartbeat(8, Hearing.Heard);
        Assert.Contains(new FastForwarderEffect.Hold(false), Take());
    }

    [Fact]
    public void A_heartbeat_that_the_acknowledgement_overtook_holds_nothing_and_the_next_one_counts()
    {
        Confirm();
        Heartbeat(0.1, Hearing.NotHeard);
        _forwarder.OnControl(Seconds(0.2), 0, _effects);
        Take();
        Heartbeat(0.201, Hearing.NotHeard);
        Assert.Empty(Take());
        Heartbeat(2.2, Hearing.NotHeard);
        Assert.Equal([new FastForwarderEffect.Hold(true)], Take());
    }

    [Fact]
    public void Between_ours_silence_is_noticed_after_ten_seconds_and_told_in_heartbeats()
    {
        EstablishOurs();
        Run(until: 11.5);
        Assert.False(_forwarder.IsHeld);
        Take();
        Run(until: 14.1);
        Assert.Equal([new FastForwarderEffect.Hold(true), new FastForwarderEffect.SendHeartbeat(Hearing.NotHeard)], Take().Take(2));
    }

    [Fact]
    public void A_daemon_that_is_silent_everywhere_is_away_and_its_path_is_good_for_a_minute()
    {
        EstablishOurs();
        Run(until: 61.9, heardElsewhere: 5.9); // just before the second of its heartbeats that would be missing
        Assert.All(Take(), effect => Assert.Equal(new FastForwarderEffect.SendHeartbeat(Hearing.Heard), effect));
        Run(until: 62.1, heardElsewhere: 5.9);
        Assert.Contains(new FastForwarderEffect.Hold(true), Take());
    }

    [Fact]
    public void A_silent_path_is_held_as_soon_as_the_daemon_speaks_elsewhere()
    {
        EstablishOurs();
        Run(until: 30, heardElsewhere: 0);
        Assert.False(_forwarder.IsHeld);
        Run(until: 32.1);
        Assert.True(_forwarder.IsHeld);
    }

    [Fact]
    public void The_first_heartbeat_after_silence_is_answered_at_once()
    {
        EstablishOurs();
        Run(until: 14.1);
        Assert.True(_forwarder.IsHeld);
        Take();
        Heartbeat(14.2, Hearing.Heard);
        Assert.Equal([new FastForwarderEffect.Hold(false), new FastForwarderEffect.SendHeartbeat(Hearing.Heard)], Take());
        Heartbeat(14.3, Hearing.Heard);
        Assert.Empty(Take());
    }

    [Fact]
    public void Who_was_stopped_itself_reads_what_came_meanwhile_before_it_judges()
    {
        EstablishOurs();
        _forwarder.OnDeadline(Seconds(100), Seconds(100), _effects);
        Assert.False(_forwarder.IsHeld);
        Heartbeat(100.1, Hearing.Heard);
        Run(until: 105);
        Assert.False(_forwarder.IsHeld);
    }

    [Fact]
    public void Who_is_starved_for_ever_judges_in_the_end()
    {
        EstablishOurs();
        _forwarder.OnDeadline(Seconds(100), Seconds(100), _effects);
        Assert.False(_forwarder.IsHeld);
        _forwarder.OnDeadline(Seconds(200), Seconds(200), _effects);
        Assert.True(_forwarder.IsHeld);
    }

    [Fact]
    public void A_path_that_is_used_on_trust_is_held_after_ten_silent_seconds()
    {
        _forwarder.OnConfirm(Seconds(0), presumed: true, _effects);
        Run(until: 9.9);
        Assert.DoesNotContain(new FastForwarderEffect.Hold(true), Take());
        Run(until: 10.1);
        Assert.Contains(new FastForwarderEffect.Hold(true), Take());
        Heartbeat(11);
        Assert.Contains(new FastForwarderEffect.Hold(false), Take());
    }

    [Fact]
    public void Silence_counts_for_less_when_the_control_connection_is_gone()
    {
        EstablishOurs();
        _forwarder.OnLinger(Seconds(4));
        Run(until: 63.9);
        Assert.False(_forwarder.IsHeld);
        Run(until: 64.1);
        Assert.True(_forwarder.IsHeld);
    }

    [Fact]
    public void What_the_other_end_says_counts_also_when_the_control_connection_is_gone()
    {
        EstablishOurs();
        _forwarder.OnLinger(Seconds(4));
        Heartbeat(5, Hearing.NotHeard);
        Assert.Contains(new FastForwarderEffect.Hold(true), Take());
        _forwarder.OnLinger(Seconds(6)); // changes nothing about that
        Assert.True(_forwarder.IsHeld);
    }

    [Fact]
    public void The_other_end_is_followed_when_it_moves()
    {
        EstablishOriginal();
        Ipv4Address moved = Ipv4Address.Parse("192.0.2.9");
        _forwarder.OnHeartbeat(Seconds(2), Uid, Length, Length, Hearing.Unsaid, moved, _effects);
        Assert.Equal([new FastForwarderEffect.RemoteMoved(moved)], Take());
        Assert.Equal(moved, _forwarder.Remote);
    }

    /// <summary>It is reached at an address of its loopback device, and sends from that of another, which may lead nowhere.</summary>
    [Fact]
    public void An_end_that_hears_us_where_we_dialled_is_not_followed_to_where_it_sends_from()
    {
        Ipv4Address device = Ipv4Address.Parse("192.0.2.9");
        Confirm();
        _forwarder.OnHeartbeat(Seconds(0.1), Uid, Length, Length, Hearing.NotHeard, device, _effects);
        Assert.Contains(new FastForwarderEffect.SourceFound(device), Take());
        _forwarder.OnControl(Seconds(0.2), 0, _effects);
        for (int second = 1; second < 100; second += 2)
        {
            _forwarder.OnHeartbeat(Seconds(second), Uid, Length, Length, Hearing.Heard, device, _effects);
        }

        Assert.DoesNotContain(Take(), effect => effect is FastForwarderEffect.RemoteMoved);
        Assert.Equal((Remote, device), (_forwarder.Remote, _forwarder.Source));
    }

    [Fact]
    public void An_end_that_does_not_hear_us_is_tried_at_either_address_in_turn()
    {
        Ipv4Address device = Ipv4Address.Parse("192.0.2.9");
        Confirm();
        List<Ipv4Address> tried = [];
        for (double second = 0.5; second < 8; second += 0.5)
        {
            _forwarder.OnHeartbeat(Seconds(second), Uid, Length, Length, Hearing.NotHeard, device, _effects);
            tried.Add(_forwarder.Remote);
        }

        Assert.Equal([Remote, device, Remote, device], tried.Where((_, i) => i % 4 == 0));
        _forwarder.OnHeartbeat(Seconds(10), Uid, Length, Length, Hearing.Heard, device, _effects);
        Assert.Equal(tried[^1], _forwarder.Remote);
    }

    [Fact]
    public void Heartbeats_are_accepted_and_ignored_as_by_the_original()
    {
        foreach (JsonElement row in Vectors.Json("overlay/fastdp_heartbeat.json").EnumerateArray())
        {
            ulong uid = ulong.Parse(row.GetProperty("connectionUID").GetString()!, CultureInfo.InvariantCulture);
            int length = row.GetProperty("frameLength").GetInt32();
            FastForwarder forwarder = new(uid, Mtu, Remote);
            forwarder.OnConfirm(Seconds(0), presumed: false, []);
            if (length >= FastHeartbeat.HeadSize && FastHeartbeat.TryRead(row.GetProperty("framePrefix32").Hex(), out FastHeartbeat heartbeat))
            {
                forwarder.OnHeartbeat(Seconds(1), heartbeat.ConnectionUid, heartbeat.StatedLength, length, heartbeat.Hearing, Remote, _effects);
            }

            bool answered = row.GetProperty("controlSentByReceiver").GetArrayLength() > 0;
            Assert.Equal(answered ? [new FastForwarderEffect.Acknowledge()] : [], Take());
        }
    }

    [Fact]
    public void No_random_history_leaves_two_ends_stuck_when_the_path_is_good()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            Assert.True(FastForwarderPair.RecoversAfterChaos(seed), $"seed {seed}");
        }
    }

    [Fact]
    public void Daemons_that_stop_for_less_than_a_minute_never_put_a_good_path_on_hold()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            Assert.True(FastForwarderPair.EnduresStoppedDaemons(seed), $"seed {seed}");
        }
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private void Confirm()
    {
        _forwarder.OnConfirm(Seconds(0), presumed: false, _effects);
        Take();
    }

    private void EstablishOriginal()
    {
        Confirm();
        Heartbeat(1);
        _forwarder.OnControl(Seconds(1), 0, _effects);
        Take();
    }

    private void EstablishOurs()
    {
        Confirm();
        Heartbeat(1, Hearing.NotHeard);
        _forwarder.OnControl(Seconds(1), 0, _effects);
        Heartbeat(2, Hearing.Heard);
        Assert.False(_forwarder.IsHeld);
        Take();
    }

    private void Heartbeat(double at, Hearing hearing = Hearing.Unsaid) =>
        _forwarder.OnHeartbeat(Seconds(at), Uid, Length, Length, hearing, Remote, _effects);

    /// <summary>Time passes, and every deadline is kept. The other daemon is heard elsewhere all the time, or was last at that time.</summary>
    private void Run(double until, double heardElsewhere = double.PositiveInfinity)
    {
        while (_forwarder.NextDeadline is { } due && due < Seconds(until))
        {
            _forwarder.OnDeadline(due, double.IsPositiveInfinity(heardElsewhere) ? due : Seconds(heardElsewhere), _effects);
        }
    }

    private List<FastForwarderEffect> Take()
    {
        List<FastForwarderEffect> taken = [.. _effects];
        _effects.Clear();
        return taken;
    }
}
