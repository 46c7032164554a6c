using Weave.Core.Overlay;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Overlay;

/// <summary>The life of sleeve towards one neighbour, step by step.</summary>
public sealed class SleeveForwarderTests
{
    private const ulong Uid = 42;
    private static readonly UnderlayEndpoint Here = new(Ipv4Address.Parse("10.0.0.1"), 6783);
    private static readonly UnderlayEndpoint There = new(Ipv4Address.Parse("10.0.0.2"), 40000);

    [Fact]
    public void The_dialler_sends_a_heartbeat_at_once_and_twice_a_second()
    {
        SleeveForwarder machine = new(Uid, Here, 86);
        List<SleeveEffect> effects = [];
        machine.OnConfirmed(TimeSpan.Zero, effects);
        Assert.IsType<SleeveEffect.SendHeartbeat>(Assert.Single(effects));
        Assert.Equal(TimeSpan.FromMilliseconds(500), machine.NextDeadline);
    }

    [Fact]
    public void The_acceptor_waits_until_a_heartbeat_says_where_the_neighbour_is()
    {
        SleeveForwarder machine = new(Uid, null, 86);
        List<SleeveEffect> effects = [];
        machine.OnConfirmed(TimeSpan.Zero, effects);
        Assert.Empty(effects);
        machine.OnControl(TimeSpan.Zero, 1, [], effects);
        Assert.Empty(effects);
        machine.OnHeartbeat(TimeSpan.FromSeconds(1), Uid, There, effects);
        Assert.Equal([SleeveEffect.SendHeartbeat.Instance, new SleeveEffect.SendControl(1, null)], effects);
        Assert.Equal(There, machine.Remote);
        effects.Clear();
        machine.OnHeartbeat(TimeSpan.FromSeconds(2), Uid, There, effects);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_heartbeat_before_the_confirmation_is_acknowledged_after_it()
    {
        SleeveForwarder machine = new(Uid, null, 86);
        List<SleeveEffect> effects = [];
        machine.OnHeartbeat(TimeSpan.Zero, Uid, There, effects);
        Assert.Empty(effects);
        machine.OnConfirmed(TimeSpan.Zero, effects);
        machine.OnHeartbeat(TimeSpan.Zero, Uid, There, effects);
        Assert.Equal([SleeveEffect.SendHeartbeat.Instance, new SleeveEffect.SendControl(1, null)], effects);
    }

    [Fact]
    public void Established_by_the_first_acknowledgement_and_tested()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        Assert.Equal(
            [SleeveEffect.Established.Instance, new SleeveEffect.SendZeros(60001, false), new SleeveEffect.SendZeros(60000, true)],
            effects);
        Assert.Equal(TimeSpan.FromSeconds(10), machine.NextDeadline);
        effects.Clear();
        machine.OnControl(TimeSpan.Zero, 1, [], effects);
        Assert.Empty(effects);
    }

    [Fact]
    public void Fragmentation_is_trusted_only_after_a_test_came_through()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        Assert.False(machine.StackFragments);
        machine.OnControl(TimeSpan.Zero, 2, [], effects);
        Assert.True(machine.StackFragments);
        TimeSpan later = TimeSpan.FromMinutes(5);
        machine.OnDeadline(later, later, effects);
        Assert.False(machine.StackFragments);
    }

    [Fact]
    public void A_heartbeat_of_another_connection_is_ignored()
    {
        SleeveForwarder machine = new(Uid, null, 86);
        List<SleeveEffect> effects = [];
        machine.OnConfirmed(TimeSpan.Zero, effects);
        machine.OnHeartbeat(TimeSpan.Zero, Uid + 1, There, effects);
        Assert.Empty(effects);
        Assert.Null(machine.Remote);
    }

    [Fact]
    public void A_neighbour_whose_address_changes_is_followed()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        effects.Clear();
        machine.OnHeartbeat(TimeSpan.Zero, Uid, There, effects);
        Assert.Equal([new SleeveEffect.Moved(Here, There)], effects);
        Assert.Equal(There, machine.Remote);
    }

    /// <summary>It is reached at an address of its loopback device, and sends from that of another, which may lead nowhere.</summary>
    [Fact]
    public void A_neighbour_that_hears_us_where_we_dialled_is_not_followed_to_where_it_sends_from()
    {
        SleeveForwarder machine = new(Uid, Here, 86);
        List<SleeveEffect> effects = [];
        machine.OnConfirmed(TimeSpan.Zero, effects);
        machine.OnHeartbeat(TimeSpan.FromSeconds(0.1), Uid, There, effects);
        machine.OnControl(TimeSpan.FromSeconds(0.2), 1, [], effects);
        machine.OnHeartbeat(TimeSpan.FromSeconds(10), Uid, There, effects);
        Assert.True(machine.IsEstablished);
        Assert.Equal((Here, There), (machine.Remote, machine.Source));
        UnderlayEndpoint moved = There with { Port = 40001 };
        machine.OnHeartbeat(TimeSpan.FromSeconds(20), Uid, moved, effects);
        Assert.Equal((moved, moved), (machine.Remote, machine.Source));
    }

    [Fact]
    public void A_neighbour_that_does_not_hear_us_where_we_dialled_is_looked_for_where_it_sends_from()
    {
        SleeveForwarder machine = new(Uid, Here, 86);
        List<SleeveEffect> effects = [];
        machine.OnConfirmed(TimeSpan.Zero, effects);
        machine.OnHeartbeat(TimeSpan.FromSeconds(0.1), Uid, There, effects);
        Assert.Equal(Here, machine.Remote);
        machine.OnHeartbeat(TimeSpan.FromSeconds(2.1), Uid, There, effects);
        Assert.Equal(There, machine.Remote);
    }

    /// <summary>There was no way to the neighbour, or no word of the kernel's about it, when it was asked for.</summary>
    [Fact]
    public void As_long_as_no_size_is_known_it_is_asked_for_with_every_heartbeat()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        machine.OnTooBig(TimeSpan.Zero, 0, effects);
        effects.Clear();
        machine.OnDeadline(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), effects);
        Assert.Contains(new SleeveEffect.SendZeros(60000, DontFragment: true), effects);
        machine.OnTooBig(TimeSpan.FromSeconds(10), 1500, effects);
        Assert.Equal(1414, machine.Mtu);
        effects.Clear();
        machine.OnDeadline(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), effects);
        Assert.DoesNotContain(new SleeveEffect.SendZeros(60000, DontFragment: true), effects);
    }

    [Fact]
    public void Sixty_seconds_of_silence_end_it()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        for (int second = 10; second < 60; second += 10)
        {
            machine.OnDeadline(TimeSpan.FromSeconds(second), TimeSpan.Zero, effects);
            Assert.False(machine.HasFailed);
        }

        effects.Clear();
        machine.OnDeadline(TimeSpan.FromSeconds(60), TimeSpan.Zero, effects);
        Assert.Equal([new SleeveEffect.Failed("timed out waiting for UDP heartbeat")], effects);
        Assert.Null(machine.NextDeadline);
    }

    [Fact]
    public void Authentic_traffic_is_a_sign_of_life()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        TimeSpan lastHeard = TimeSpan.FromSeconds(59);
        for (int second = 10; second < 119; second++)
        {
            machine.OnDeadline(TimeSpan.FromSeconds(second), second < 59 ? TimeSpan.Zero : lastHeard, effects);
            Assert.False(machine.HasFailed);
        }

        machine.OnDeadline(TimeSpan.FromSeconds(119), lastHeard, effects);
        Assert.True(machine.HasFailed);
    }

    [Fact]
    public void A_starved_process_declares_nobody_dead()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        machine.OnDeadline(TimeSpan.FromSeconds(95), TimeSpan.Zero, effects);
        Assert.False(machine.HasFailed);
        machine.OnHeartbeat(TimeSpan.FromSeconds(96), Uid, Here, effects);
        machine.OnDeadline(TimeSpan.FromSeconds(106), TimeSpan.Zero, effects);
        Assert.False(machine.HasFailed);
    }

    /// <summary>The end of patience itself is met in time, but a heartbeat before it was not.</summary>
    [Fact]
    public void A_process_that_runs_again_just_before_its_patience_ends_starts_anew()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        machine.OnDeadline(TimeSpan.FromSeconds(59.9), TimeSpan.Zero, effects);
        for (int second = 60; second < 80; second++)
        {
            machine.OnDeadline(TimeSpan.FromSeconds(second), TimeSpan.Zero, effects);
            Assert.False(machine.HasFailed);
        }

        machine.OnDeadline(TimeSpan.FromSeconds(80), TimeSpan.Zero, effects);
        Assert.True(machine.HasFailed);
    }

    /// <summary>Tests of the path are answered by the control connection: without it they would find that nothing passes.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_the_control_connection_heartbeats_go_on_and_the_size_is_not_tested(bool inTheMiddleOfATest)
    {
        const int Proved = 1500 - 86;
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        machine.OnTooBig(TimeSpan.Zero, 1500, effects);
        machine.OnControl(TimeSpan.Zero, 3, [Proved >> 8, Proved & 0xFF], effects);
        if (inTheMiddleOfATest)
        {
            machine.OnDeadline(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), effects);
        }

        machine.OnLinger();
        effects.Clear();
        for (int second = 11; second < 400; second++)
        {
            machine.OnDeadline(TimeSpan.FromSeconds(second), TimeSpan.FromSeconds(second), effects);
        }

        Assert.InRange(effects.Count(effect => effect is SleeveEffect.SendHeartbeat), 38, 39);
        Assert.DoesNotContain(effects, effect => effect is SleeveEffect.SendZeros or SleeveEffect.Failed);
        Assert.Equal(Proved, machine.Mtu);
        effects.Clear();
        machine.OnPathMtuHint(TimeSpan.FromSeconds(400), 1000, effects);
        Assert.Empty(effects);
        machine.OnTooBig(TimeSpan.FromSeconds(400), 1400, effects);
        Assert.Equal([new SleeveEffect.MtuSettled(1400 - 86)], effects);
        machine.OnTooBig(TimeSpan.FromSeconds(401), 1500, effects);
        Assert.Equal(1400 - 86, machine.Mtu);
        Assert.Single(effects);
    }

    [Fact]
    public void Nonsense_in_control_messages_is_ignored()
    {
        SleeveForwarder machine = Established(out List<SleeveEffect> effects);
        effects.Clear();
        machine.OnControl(TimeSpan.Zero, 3, [1], effects);
        machine.OnControl(TimeSpan.Zero, 3, [0, 0], effects);
        machine.OnControl(TimeSpan.Zero, 200, [1, 2, 3], effects);
        Assert.Empty(effects);
    }

    private static SleeveForwarder Established(out List<SleeveEffect> effects)
    {
        SleeveForwarder machine = new(Uid, Here, 86);
        effects = [];
        machine.OnConfirmed(TimeSpan.Zero, effects);
        machine.OnHeartbeat(TimeSpan.Zero, Uid, Here, effects);
        effects.Clear();
        machine.OnControl(TimeSpan.Zero, 1, [], effects);
        return machine;
    }
}
