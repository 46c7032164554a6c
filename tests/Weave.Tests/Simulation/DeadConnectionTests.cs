using System.Net;
using Weave.Core.Mesh;
using Weave.Simulation;

namespace Weave.Tests.Simulation;

/// <summary>Connections that are dead and of which one end, or neither, is told.</summary>
public sealed class DeadConnectionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    public enum Told
    {
        Dialler,
        Acceptor,
    }

    /// <summary>The one that is told redials, and the other one lets the dead connection go, again and again.</summary>
    [Theory]
    [InlineData(Told.Dialler, true, false)]
    [InlineData(Told.Dialler, false, false)]
    [InlineData(Told.Dialler, true, true)]
    [InlineData(Told.Acceptor, false, true)]
    public void A_connection_that_died_at_one_end_is_back_within_seconds_and_data_goes_on(Told told, bool unnoticed, bool discovery)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            World world = Pair(seed, new WorldOptions { Discovery = discovery });
            (SimulatedPeer acceptor, SimulatedPeer dialler) = (world.Peers[0], world.Peers[1]);
            for (int i = 0; i < 20; i++)
            {
                ConnectionId before = Assert.Single(dialler.Status.Connections).Id;
                if (told == Told.Dialler)
                {
                    world.HalfBreak(dialler, acceptor, unnoticed);
                }
                else
                {
                    world.HalfBreak(acceptor, dialler, unnoticed);
                }

                bool IsBack() => Both(world, peer => peer.Status.Connections is [{ Lingering: false, Established: true }]) && world.IsConverged()
                    && dialler.Status.Connections[0].Id != before;
                TimeSpan silent = LongestSilence(world, IsBack, AtMost, dialler, acceptor);
                Assert.True(IsBack(), $"seed {seed}, break {i}: {string.Join('\n', world.Differences())}");
                Assert.True(silent < TimeSpan.FromSeconds(1), $"seed {seed}, break {i}: no data for {silent}");
                world.RunFor(TimeSpan.FromSeconds(i % 4 * 5));
            }

            Assert.DoesNotContain(world.Peers.SelectMany(peer => peer.Notes), note => note.Kind == MeshNote.ConnectionRefused);
        }
    }

    /// <summary>An original peer draws a new UID each time, and every second one is greater than that of the dead connection.</summary>
    [Fact]
    public void A_redial_with_the_greater_UID_wins_once_it_is_spoken_on()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            World world = Pair(seed, new WorldOptions { Configure = its => its with { OriginalRules = its.Self.Value == 2 } });
            (SimulatedPeer acceptor, SimulatedPeer original) = (world.Peers[0], world.Peers[1]);
            for (int i = 0; i < 10; i++)
            {
                world.HalfBreak(original, acceptor, unnoticed: true);
                Assert.True(
                    world.RunUntil(() => world.IsConverged() && Both(world, peer => peer.Status.Connections.Count == 1), AtMost),
                    $"seed {seed}, break {i}: {string.Join('\n', world.Differences())}");
                world.RunFor(TimeSpan.FromSeconds(15));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_peers_that_dial_each_other_at_the_same_moment_keep_one_connection(bool discovery)
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            World world = new(seed, new WorldOptions { Discovery = discovery, Latency = TimeSpan.FromMilliseconds(1 + (seed * 3)) });
            SimulatedPeer a = world.AddPeer();
            SimulatedPeer b = world.AddPeer();
            World.Connect(a, b);
            World.Connect(b, a);
            Assert.True(world.RunUntil(world.IsConverged, AtMost), string.Join('\n', world.Differences()));
            ConnectionId first = Assert.Single(a.Status.Connections).Id;
            world.RunFor(TimeSpan.FromMinutes(2));
            Assert.Equal(first, Assert.Single(a.Status.Connections).Id);
            Assert.True(Assert.Single(b.Status.Connections).Established);
        }
    }

    [Fact]
    public void Hosts_that_swap_their_addresses_find_each_other_again()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            World world = Pair(seed, new WorldOptions { Discovery = true });
            (SimulatedPeer a, SimulatedPeer b) = (world.Peers[0], world.Peers[1]);
            World.Connect(a, a, b);
            World.Connect(b, a, b);
            world.RunFor(TimeSpan.FromSeconds(70));
            world.SwapAddresses(a, b);
            Assert.True(IsBackAfterMove(world, a, b), $"seed {seed}: {string.Join('\n', world.Differences())}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_host_that_gets_another_address_is_back_within_seconds(int moved)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            World world = Pair(seed, new WorldOptions { Discovery = true });
            world.RunFor(TimeSpan.FromSeconds(70));
            world.Move(world.Peers[moved], IPAddress.Parse("10.9.9.9"));
            Assert.True(IsBackAfterMove(world, world.Peers[0], world.Peers[1]), $"seed {seed}: {string.Join('\n', world.Differences())}");
        }
    }

    [Fact]
    public void A_host_that_starts_again_at_another_address_while_its_old_connection_hangs_is_no_namesake()
    {
        World world = Pair(1, new WorldOptions());
        (SimulatedPeer a, SimulatedPeer b) = (world.Peers[0], world.Peers[1]);
        world.Kill(b, silently: true);
        world.Move(b, IPAddress.Parse("10.9.9.9"));
        world.RunFor(TimeSpan.FromSeconds(2));
        world.Start(b);
        Assert.True(world.RunUntil(world.IsConverged, AtMost), string.Join('\n', world.Differences()));
        Assert.True(Assert.Single(a.Status.Connections).Established);
    }

    [Fact]
    public void A_partition_ends_no_connection_that_outlives_it()
    {
        World world = Pair(1, new WorldOptions());
        ConnectionId before = Assert.Single(world.Peers[0].Status.Connections).Id;
        world.Partition((_, _) => false);
        world.RunFor(TimeSpan.FromSeconds(12));
        world.Heal();
        world.RunFor(TimeSpan.FromSeconds(30));
        Assert.True(world.IsConverged(), string.Join('\n', world.Differences()));
        Assert.Equal(1, world.Peers.Max(peer => peer.Status.Connections.Count));
        Assert.True(world.DataFlows(world.Peers[0], world.Peers[1]));
        Assert.True(before.Value > 0);
    }

    [Fact]
    public void A_peer_whose_name_moves_to_another_address_is_found_there()
    {
        World world = new(1);
        SimulatedPeer a = world.AddPeer();
        SimulatedPeer b = world.AddPeer();
        world.Name("b.example", b.Address);
        World.ConnectByName(a, "b.example");
        Assert.True(world.RunUntil(world.IsConverged, Soon), string.Join('\n', world.Differences()));
        Assert.Equal(["b.example"], a.Status.Targets);

        world.Kill(b);
        world.Move(b, IPAddress.Parse("10.9.9.9"));
        world.RunFor(TimeSpan.FromHours(1));
        world.Start(b);
        world.Name("b.example", b.Address);
        Assert.True(world.RunUntil(world.IsConverged, TimeSpan.FromSeconds(35)), string.Join('\n', world.Differences()));
    }

    [Fact]
    public void A_name_that_nobody_can_tell_yet_is_asked_for_until_somebody_can()
    {
        World world = new(1);
        SimulatedPeer a = world.AddPeer();
        SimulatedPeer b = world.AddPeer();
        World.ConnectByName(a, "b.example");
        World.ConnectByName(a, "never.example");
        world.RunFor(TimeSpan.FromMinutes(30));
        Assert.Equal(["b.example", "never.example"], a.Status.Targets);
        Assert.All(a.Status.Attempts, attempt => Assert.EndsWith("no such host", attempt.LastError, StringComparison.Ordinal));
        world.Name("b.example", b.Address);
        Assert.True(world.RunUntil(world.IsConverged, AtMost), string.Join('\n', world.Differences()));
        Assert.Equal(["b.example", "never.example"], a.Status.Targets);
    }

    [Fact]
    public void A_name_server_that_went_away_keeps_nobody_from_the_address_that_it_told_last()
    {
        World world = new(1);
        SimulatedPeer a = world.AddPeer();
        SimulatedPeer b = world.AddPeer();
        world.Name("b.example", b.Address);
        World.ConnectByName(a, "b.example");
        Assert.True(world.RunUntil(world.IsConverged, Soon), string.Join('\n', world.Differences()));
        world.Name("b.example");
        world.Kill(b);
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Start(b);
        Assert.True(world.RunUntil(world.IsConverged, AtMost), string.Join('\n', world.Differences()));
    }

    [Fact]
    public void Of_the_addresses_of_a_name_the_one_that_answers_is_used_and_the_order_of_an_answer_moves_nothing()
    {
        World world = new(1);
        SimulatedPeer a = world.AddPeer();
        SimulatedPeer b = world.AddPeer();
        IPAddress dead = IPAddress.Parse("10.9.9.9");
        world.Name("b.example", dead, b.Address);
        World.ConnectByName(a, "b.example");
        Assert.True(world.RunUntil(world.IsConverged, TimeSpan.FromSeconds(30)), string.Join('\n', world.Differences()));
        for (int i = 0; i < 10; i++)
        {
            world.Name("b.example", i % 2 == 0 ? [b.Address, dead] : [dead, b.Address]);
            world.RunFor(TimeSpan.FromMinutes(1));
            Assert.True(Assert.Single(a.Status.Connections).Established);
        }

        Assert.Equal(0, a.Status.TerminationCount);
    }

    private static bool IsBackAfterMove(World world, SimulatedPeer a, SimulatedPeer b) =>
        world.RunUntil(() => world.DataFlows(a, b) && world.IsConverged(), AtMost);

    private static bool Both(World world, Func<SimulatedPeer, bool> holds) => world.Peers.All(holds);

    private static TimeSpan LongestSilence(World world, Func<bool> done, TimeSpan limit, SimulatedPeer a, SimulatedPeer b)
    {
        TimeSpan heard = world.Now;
        TimeSpan longest = TimeSpan.Zero;
        world.RunUntil(
            () =>
            {
                heard = world.DataFlows(a, b) ? world.Now : heard;
                longest = world.Now - heard > longest ? world.Now - heard : longest;
                return done();
            },
            limit,
            Moment);
        return longest;
    }

    private static World Pair(ulong seed, WorldOptions options)
    {
        World world = new(seed, options);
        SimulatedPeer a = world.AddPeer();
        World.Connect(world.AddPeer(), a);
        Assert.True(world.RunUntil(world.IsConverged, Soon), string.Join('\n', world.Differences()));
        return world;
    }
}
