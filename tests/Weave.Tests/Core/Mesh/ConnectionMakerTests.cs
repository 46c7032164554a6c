using System.Net;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>Whom we dial and when.</summary>
public sealed class ConnectionMakerTests
{
    private static readonly PeerName Self = new(1);
    private static readonly PeerName Other = new(2);
    private static readonly PeerName Third = new(3);
    private readonly Topology _topology = new(Self, "self", 11, new ShortId(1), new SeededRandom(1));
    private readonly ConnectionMaker _maker;

    public ConnectionMakerTests() => _maker = new ConnectionMaker(_topology, 6783, discovery: true, new SeededRandom(2));

    [Fact]
    public void A_configured_peer_is_dialled_at_once_on_the_common_port()
    {
        _maker.Add(Seconds(0), [Direct("10.0.0.2")], replace: false);
        Assert.Equal(Seconds(0), _maker.Due);
        DialAttempt attempt = Assert.Single(_maker.Attempts(Seconds(0)));
        Assert.Equal("10.0.0.2:6783", attempt.Text);
        Assert.True(attempt.AcceptNewPeer);
        Assert.Empty(_maker.Attempts(Seconds(1)));
    }

    [Fact]
    public void Failures_back_off_to_six_minutes_with_a_spread_of_one_interval()
    {
        _maker.Add(Seconds(0), [Direct("10.0.0.2")], replace: false);
        TimeSpan now = Seconds(0);
        double interval = 2;
        for (int i = 0; i < 30; i++)
        {
            Assert.Single(_maker.Attempts(now));
            _maker.OnAborted(now, "10.0.0.2:6783", "refused");
            Assert.Empty(_maker.Attempts(now));
            TimeSpan wait = _maker.Due!.Value - now;
            Assert.InRange(wait.TotalSeconds, interval / 2, interval * 1.5);
            interval = Math.Min(interval * 1.5, 360);
            now = _maker.Due.Value;
        }

        Assert.Equal("refused", Assert.Single(_maker.Targets).LastError);
    }

    [Fact]
    public void A_forgotten_address_is_so_until_the_user_or_a_new_connection_takes_it_up_again()
    {
        const string Address = "10.0.0.2:6783";
        _maker.Forget(Seconds(0), ["10.0.0.2"]);
        Assert.False(_maker.IsForgotten(Address)); // nobody had asked for it
        Connect(Seconds(0));
        _maker.Forget(Seconds(1), ["10.0.0.2"]);
        Assert.True(_maker.IsForgotten(Address));
        _maker.Add(Seconds(2), [Direct("10.0.0.2")], replace: false);
        Assert.False(_maker.IsForgotten(Address));
        _maker.Forget(Seconds(3), ["10.0.0.2"]);
        _maker.OnRegistered(new ConnectionId(2), Other, Address, outbound: true);
        Assert.False(_maker.IsForgotten(Address));
    }

    [Fact]
    public void A_connection_that_lived_more_than_a_minute_is_retried_at_once()
    {
        Connect(Seconds(0));
        _maker.OnTerminated(Seconds(61), new ConnectionId(1), "10.0.0.2:6783", outbound: true, TargetEnd.Failed, "lost");
        Assert.Single(_maker.Attempts(Seconds(61)));
    }

    [Fact]
    public void A_connection_that_died_young_is_retried_later()
    {
        Connect(Seconds(0));
        _maker.OnTerminated(Seconds(9), new ConnectionId(1), "10.0.0.2:6783", outbound: true, TargetEnd.Failed, "lost");
        Assert.Empty(_maker.Attempts(Seconds(9)));
        Assert.InRange(_maker.Due!.Value, Seconds(10), Seconds(12));
    }

    [Fact]
    public void A_peer_that_may_be_starting_again_is_tried_twice_a_second_for_a_while()
    {
        Connect(Seconds(0));
        TimeSpan now = Seconds(30);
        _maker.OnTerminated(now, new ConnectionId(1), "10.0.0.2:6783", outbound: true, TargetEnd.Failed, "lost");
        for (int i = 0; i < Target.EagerTries; i++)
        {
            Assert.Empty(_maker.Attempts(now));
            Assert.InRange(_maker.Due!.Value - now, Target.EagerInterval / 2, Target.EagerInterval * 1.5);
            now = _maker.Due.Value;
            Assert.Single(_maker.Attempts(now));
            _maker.OnAborted(now, "10.0.0.2:6783", "refused");
        }

        Assert.Empty(_maker.Attempts(now));
        Assert.InRange(_maker.Due!.Value - now, Target.InitialInterval / 2, Target.InitialInterval * 1.5);
    }

    [Fact]
    public void A_peer_that_may_be_behind_a_partition_is_tried_steadily_for_a_quarter_of_an_hour()
    {
        Connect(Seconds(0));
        TimeSpan lost = Seconds(90);
        TimeSpan now = lost;
        _maker.OnTerminated(now, new ConnectionId(1), "10.0.0.2:6783", outbound: true, TargetEnd.Failed, "silent");
        _maker.Attempts(now);
        while (now < lost + Target.SteadyFor)
        {
            _maker.OnAborted(now, "10.0.0.2:6783", "no route to host");
            Assert.Empty(_maker.Attempts(now));
            Assert.True(_maker.Due!.Value - now <= Target.InitialInterval * 1.5, $"{_maker.Due - now} after {now - lost}");
            now = _maker.Due.Value;
            Assert.Single(_maker.Attempts(now));
        }

        for (int i = 0; i < 30; i++)
        {
            _maker.OnAborted(now, "10.0.0.2:6783", "no route to host");
            _maker.Attempts(now);
            now = _maker.Due!.Value;
            Assert.Single(_maker.Attempts(now));
        }

        _maker.OnAborted(now, "10.0.0.2:6783", "no route to host");
        _maker.Attempts(now);
        Assert.InRange(_maker.Due!.Value - now, Target.MaxInterval / 2, Target.MaxInterval * 1.5);
    }

    [Theory]
    [InlineData(TargetEnd.NameCollision, 1)]
    [InlineData(TargetEnd.ConnectedToSelf, 0)]
    public void Ourselves_and_a_namesake_are_never_tried_again_unless_asked_for(TargetEnd end, int counted)
    {
        _maker.Add(Seconds(0), [Direct("10.0.0.2")], replace: false);
        _maker.Attempts(Seconds(0));
        _maker.OnTerminated(Seconds(1), new ConnectionId(1), "10.0.0.2:6783", outbound: true, end, "no");
        Assert.Empty(_maker.Attempts(Seconds(1)));
        Assert.Null(_maker.Due);
        Assert.Equal(counted, _maker.TerminationCount);
        Assert.Empty(_maker.ActiveDirectTargets);
        Assert.Equal(["10.0.0.2"], _maker.DirectTargets);

        _maker.Add(Seconds(2), [Direct("10.0.0.2")], replace: false);
        Assert.Single(_maker.Attempts(Seconds(2)));
    }

    [Fact]
    public void A_host_that_is_connected_to_us_is_not_dialled_unless_its_port_was_given()
    {
        _maker.OnRegistered(new ConnectionId(1), Other, "10.0.0.2:40000", outbound: false);
        _maker.Add(Seconds(0), [Direct("10.0.0.2")], replace: false);
        Assert.Empty(_maker.Attempts(Seconds(0)));
        _maker.Add(Seconds(0), [new DirectTarget("10.0.0.2:6783", IPEndPoint.Parse("10.0.0.2:6783"))], replace: false);
        Assert.Single(_maker.Attempts(Seconds(0)));
    }

    [Fact]
    public void Peers_of_peers_are_discovered_at_the_address_where_they_listen()
    {
        _maker.OnRegistered(new ConnectionId(1), Other, "10.0.0.2:40000", outbound: false);
        Tell(new PeerLink(Self, "10.0.0.1:6783", true, true), new PeerLink(Third, "10.0.0.3:45000", false, true), new PeerLink(new PeerName(4), "10.0.0.4:7000", true, true));
        _maker.Refresh(Seconds(1));
        IReadOnlyList<DialAttempt> attempts = _maker.Attempts(Seconds(1));
        Assert.Equal(["10.0.0.3:6783", "10.0.0.4:7000"], attempts.Select(attempt => attempt.Text));
        Assert.DoesNotContain(attempts, attempt => attempt.AcceptNewPeer);
    }

    /// <summary>It may not know that the connection is dead, or where we are now.</summary>
    [Fact]
    public void Who_dialled_us_and_does_not_answer_is_called_back_steadily_until_it_answers()
    {
        Tell(new PeerLink(Self, "10.0.0.1:6783", true, true));
        _maker.OnRegistered(new ConnectionId(1), Other, "10.0.0.2:40000", outbound: false);
        Assert.Empty(_maker.Attempts(Seconds(0)));
        _maker.OnDoubt(Seconds(5), new ConnectionId(1), doubted: true);
        TimeSpan now = Seconds(5);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("10.0.0.2:6783", Assert.Single(_maker.Attempts(now)).Text);
            _maker.OnAborted(now, "10.0.0.2:6783", "network is unreachable");
            Assert.Empty(_maker.Attempts(now));
            Assert.True(_maker.Due!.Value - now <= Target.InitialInterval * 1.5, $"{_maker.Due - now} at {now}");
            now = _maker.Due.Value;
        }

        _maker.OnDoubt(now, new ConnectionId(1), doubted: false);
        Assert.Empty(_maker.Attempts(now + Seconds(5)));
        Assert.Empty(_maker.Targets);
    }

    [Fact]
    public void A_connection_in_doubt_is_dialled_beside_itself_and_is_one_again_when_it_answers()
    {
        Connect(Seconds(0));
        _maker.OnDoubt(Seconds(60), new ConnectionId(1), doubted: true);
        Assert.Equal("10.0.0.2:6783", Assert.Single(_maker.Attempts(Seconds(60))).Text);
        _maker.OnAborted(Seconds(61), "10.0.0.2:6783", "no route to host");
        _maker.OnDoubt(Seconds(62), new ConnectionId(1), doubted: false);
        Assert.Empty(_maker.Attempts(Seconds(70)));
        Assert.Equal(TargetState.Connected, Assert.Single(_maker.Targets).State);
    }

    [Fact]
    public void Addresses_that_others_tell_of_are_tried_within_bounds_and_keep_their_pauses()
    {
        Tell([.. Enumerable.Range(0, 5000).Select(i => new PeerLink(new PeerName(1000 + (ulong)i), $"10.1.{i / 200}.{1 + (i % 200)}:6783", true, false))]);
        _maker.Add(Seconds(0), [Direct("10.0.0.2")], replace: false);
        Dictionary<string, TimeSpan> last = [];
        for (TimeSpan now = Seconds(0); now < Seconds(60); now += TimeSpan.FromMilliseconds(50))
        {
            IReadOnlyList<DialAttempt> attempts = _maker.Attempts(now);
            Assert.InRange(attempts.Count, 0, MeshLimits.UndescribedDials + 1);
            Assert.InRange(_maker.Targets.Count(), 1, MeshLimits.UndescribedTargets + 1);
            foreach (DialAttempt attempt in attempts)
            {
                Assert.True(!last.TryGetValue(attempt.Text, out TimeSpan before) || now - before >= Target.InitialInterval / 2, attempt.Text);
                last[attempt.Text] = now;
                _maker.OnAborted(now, attempt.Text, "no route to host");
            }
        }

        Assert.Contains("10.0.0.2:6783", last.Keys);
    }

    [Fact]
    public void Without_discovery_nobody_is_looked_for()
    {
        ConnectionMaker maker = new(_topology, 6783, discovery: false, new SeededRandom(2));
        Tell(new PeerLink(Third, "10.0.0.3:45000", false, true));
        maker.Refresh(Seconds(1));
        Assert.Null(maker.Due);
        Assert.Empty(maker.Attempts(Seconds(1)));
    }

    [Fact]
    public void A_configured_peer_that_is_not_wanted_now_is_suspended_and_a_discovered_one_forgotten()
    {
        _maker.Add(Seconds(0), [Direct("10.0.0.2")], replace: false);
        Tell(new PeerLink(Third, "10.0.0.3:45000", false, true));
        _maker.Attempts(Seconds(0));
        _maker.OnAborted(Seconds(1), "10.0.0.2:6783", "refused");
        _maker.OnAborted(Seconds(1), "10.0.0.3:6783", "refused");
        _maker.OnRegistered(new ConnectionId(1), Other, "10.0.0.2:40000", outbound: false);
        _maker.OnRegistered(new ConnectionId(2), Third, "10.0.0.3:40000", outbound: false);
        Assert.Empty(_maker.Attempts(Seconds(10)));
        Assert.Equal(TargetState.Suspended, Assert.Single(_maker.Targets).State);

        _maker.OnTerminated(Seconds(11), new ConnectionId(1), "10.0.0.2:40000", outbound: false, TargetEnd.Failed, "lost");
        Assert.Equal("10.0.0.2:6783", Assert.Single(_maker.Attempts(Seconds(11))).Text);
    }

    [Fact]
    public void Replacing_and_forgetting_leave_only_what_is_wanted()
    {
        _maker.Add(Seconds(0), [Direct("10.0.0.2"), Direct("10.0.0.3")], replace: false);
        _maker.Add(Seconds(0), [Direct("10.0.0.4")], replace: true);
        Assert.Equal(["10.0.0.4"], _maker.DirectTargets);
        _maker.Forget(Seconds(0), ["10.0.0.4"]);
        Assert.Empty(_maker.Attempts(Seconds(0)));
    }

    [Fact]
    public void A_foreign_address_that_is_none_is_passed_over()
    {
        Tell(new PeerLink(Third, "", true, true), new PeerLink(new PeerName(4), "nonsense:x", false, true));
        Assert.Empty(_maker.Attempts(Seconds(0)));
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static DirectTarget Direct(string host) => new(host, new IPEndPoint(IPAddress.Parse(host), 0));

    private void Connect(TimeSpan now)
    {
        _maker.Add(now, [Direct("10.0.0.2")], replace: false);
        _maker.Attempts(now);
        _maker.OnRegistered(new ConnectionId(1), Other, "10.0.0.2:6783", outbound: true);
        Assert.Empty(_maker.Attempts(now));
    }

    private void Tell(params PeerLink[] links) =>
        _topology.Merge([new PeerRecord(Other, "other", 22, 1, new ShortId(2), links)], new TopologyChanges());
}
