using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Simulation;
using Weave.Wire.Primitives;

namespace Weave.Tests.Simulation;

/// <summary>What a router does when things go wrong, seen in small worlds.</summary>
public sealed class MeshBehaviourTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_fault_of_one_channel_is_counted_and_costs_no_connection()
    {
        World world = Pair(new WorldOptions { Attach = JoinFaulty });
        (SimulatedPeer a, SimulatedPeer b) = (world.Peers[0], world.Peers[1]);
        a.Run(_ => ((FaultyChannel)a.Attachments["faulty"]).Sender.Broadcast(new SurrogateGossip([1, 2, 3])));
        world.RunFor(TimeSpan.FromMinutes(2));

        ChannelStatus channel = b.Status.Channels.Single(status => status.Name == "faulty");
        Assert.True(channel is { Faults: > 0, LastFault: "ring conflict" } && channel.LastFaultFrom == a.Name, channel.ToString());
        Assert.True(Assert.Single(b.Status.Connections).Established);
        Assert.Equal(0, b.Status.TerminationCount);
        Assert.Single(b.Notes, note => note.Kind == MeshNote.GossipFault);
    }

    [Fact]
    public void Data_goes_on_when_the_neighbour_closes_the_control_connection_until_the_overlay_is_lost()
    {
        World world = Pair(new WorldOptions());
        (SimulatedPeer a, SimulatedPeer b) = (world.Peers[0], world.Peers[1]);
        world.Kill(b); // its process is gone, the fast datapath of its host forwards on
        world.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal(b.Name, a.DataRoutes!.Unicast[b.Name]);
        Assert.True(Assert.Single(a.Status.Connections).Lingering);
        Assert.Empty(a.Status.Peers.Single(peer => peer.Name == a.Name).Links);

        world.RunFor(TimeSpan.FromSeconds(60));
        Assert.False(a.DataRoutes!.Unicast.ContainsKey(b.Name));
        Assert.Equal([a.Name], a.Router.Names);
    }

    /// <summary>
    /// All hosts in one starved machine: who was stopped takes nobody's silence for death. One alone that is silent for a
    /// minute, up to 30 s before it was stopped among them, is given up by the other.
    /// </summary>
    [Theory]
    [InlineData(true, 20, 75)]
    [InlineData(false, 20, 25)]
    public void Connections_outlive_processes_that_are_stopped(bool both, int shortest, int longest)
    {
        for (int seconds = shortest; seconds <= longest; seconds += 5)
        {
            for (int phase = 0; phase < 30; phase += 3)
            {
                World world = Pair(new WorldOptions());
                (SimulatedPeer a, SimulatedPeer b) = (world.Peers[0], world.Peers[1]);
                ConnectionId before = Assert.Single(a.Status.Connections).Id;
                world.RunFor(TimeSpan.FromSeconds(60 + phase));
                foreach (SimulatedPeer stopped in both ? world.Peers : [b])
                {
                    world.Stop(stopped, TimeSpan.FromSeconds(seconds));
                }

                world.RunFor(TimeSpan.FromMinutes(5));
                Assert.True(Assert.Single(a.Status.Connections) is { Lingering: false, Established: true } after && after.Id == before, $"{seconds} s, phase {phase}");
                Assert.Equal((0, 0), (a.Status.TerminationCount, b.Status.TerminationCount));
            }
        }
    }

    [Fact]
    public void A_neighbour_that_died_while_we_were_stopped_is_noticed_all_the_same()
    {
        World world = Pair(new WorldOptions());
        (SimulatedPeer a, SimulatedPeer b) = (world.Peers[0], world.Peers[1]);
        world.Stop(a, TimeSpan.FromSeconds(70));
        world.Kill(b, silently: true);
        world.RunFor(TimeSpan.FromSeconds(131));
        Assert.Empty(a.Status.Connections);
    }

    [Fact]
    public void A_new_connection_takes_over_from_a_lingering_one()
    {
        World world = Pair(new WorldOptions());
        (SimulatedPeer a, SimulatedPeer b) = (world.Peers[0], world.Peers[1]);
        world.Cut(a, b);
        Assert.True(world.RunUntil(() => a.Status.Connections is [{ Lingering: true }], Soon), "does not linger");
        Assert.True(world.RunUntil(world.IsConverged, Soon), string.Join('\n', world.Differences()));
        Assert.True(Assert.Single(a.Status.Connections) is { Lingering: false, Established: true });
        world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(1, a.Status.TerminationCount);
    }

    /// <summary>While data goes on without control, nobody is told anything: the new connection begins with everything.</summary>
    [Fact]
    public void What_happened_while_only_data_went_on_is_told_with_the_new_connection()
    {
        World world = Pair(new WorldOptions { Attach = JoinFaulty });
        (SimulatedPeer a, SimulatedPeer b) = (world.Peers[0], world.Peers[1]);
        world.Cut(a, b);
        Assert.True(world.RunUntil(() => a.Status.Connections is [{ Lingering: true }], Soon), "does not linger");
        ((FaultyChannel)a.Attachments["faulty"]).State = new SurrogateGossip([9]);
        Assert.True(world.RunUntil(world.IsConverged, Soon), string.Join('\n', world.Differences()));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Contains("gossip 09", ((FaultyChannel)b.Attachments["faulty"]).Heard);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Data_to_a_peer_that_restarts_goes_straight_all_the_time(int peers)
    {
        World world = Pair(new WorldOptions());
        SimulatedPeer restarting = world.Peers[1];
        while (world.Peers.Count < peers)
        {
            SimulatedPeer added = world.AddPeer();
            foreach (SimulatedPeer other in world.Peers.Where(other => other != added).ToArray())
            {
                World.Connect(added, other);
            }
        }

        bool Bent() => world.Peers.Any(peer => peer != restarting && peer.DataRoutes!.Unicast.GetValueOrDefault(restarting.Name) != restarting.Name);
        Assert.True(world.RunUntil(() => world.IsConverged() && !Bent(), TimeSpan.FromMinutes(2)), string.Join('\n', world.Differences()));
        TimeSpan moment = TimeSpan.FromMilliseconds(5);
        world.Kill(restarting);
        Assert.False(world.RunUntil(Bent, TimeSpan.FromSeconds(20), moment), $"not straight while it is away, at {world.Now}");
        world.Start(restarting);
        Assert.False(world.RunUntil(Bent, TimeSpan.FromSeconds(20), moment), $"not straight while it comes back, at {world.Now}");
        Assert.True(world.IsConverged(), string.Join('\n', world.Differences()));
    }

    [Fact]
    public void A_peer_that_restarts_is_taken_back_at_once()
    {
        World world = Pair(new WorldOptions());
        SimulatedPeer b = world.Peers[1];
        world.Kill(b);
        world.RunFor(TimeSpan.FromSeconds(1));
        world.Start(b);
        Assert.True(world.RunUntil(world.IsConverged, TimeSpan.FromSeconds(5)), string.Join('\n', world.Differences()));
        Assert.DoesNotContain(world.Peers[0].Notes, note => note.Kind == MeshNote.NameCollision);
    }

    [Fact]
    public void Whoever_dials_its_own_name_learns_why_that_cannot_be()
    {
        World world = new(3);
        SimulatedPeer original = world.AddPeer();
        SimulatedPeer clone = world.AddPeer(original.Name);
        World.Connect(clone, original);
        world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Contains("names collision", Assert.Single(original.Notes, note => note.Kind == MeshNote.NameCollision).Text, StringComparison.Ordinal);
        Assert.Contains("--name", clone.Status.NameCollision!, StringComparison.Ordinal);
        Assert.Empty(clone.Status.Connections);
        Assert.Equal(1, clone.Status.TerminationCount);
    }

    [Fact]
    public void Ourselves_are_not_a_peer()
    {
        World world = new(4);
        SimulatedPeer peer = world.AddPeer();
        World.Connect(peer, peer);
        world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Empty(peer.Status.Connections);
        Assert.Empty(peer.Status.Targets.Except([peer.Address.ToString()]));
        Assert.Equal("cannot connect to ourself", Assert.Single(peer.Status.Attempts).LastError);
        Assert.Null(Assert.Single(peer.Status.Attempts).TryAfter);
    }

    [Fact]
    public void The_connection_limit_holds_at_both_ends()
    {
        World world = new(5, new WorldOptions { ConnectionLimit = 2 });
        SimulatedPeer hub = world.AddPeer();
        for (int i = 0; i < 5; i++)
        {
            World.Connect(world.AddPeer(), hub);
        }

        world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(2, hub.Status.Connections.Count);
        Assert.Contains(hub.Notes, note => note.Text == "Connection limit reached (2)");
    }

    [Fact]
    public void Two_peers_that_dial_each_other_end_with_one_connection()
    {
        World world = new(6);
        SimulatedPeer a = world.AddPeer();
        SimulatedPeer b = world.AddPeer();
        World.Connect(a, b);
        World.Connect(b, a);
        Assert.True(world.RunUntil(world.IsConverged, Soon), string.Join('\n', world.Differences()));
        world.RunFor(TimeSpan.FromMinutes(1));
        Assert.True(Assert.Single(a.Status.Connections).Established);
        Assert.True(Assert.Single(b.Status.Connections).Established);
    }

    [Fact]
    public void A_unicast_crosses_a_peer_that_does_not_know_the_channel()
    {
        World world = new(7, new WorldOptions { Attach = peer => Join(peer, peer.Number != 1) });
        SimulatedPeer[] line = [world.AddPeer(), world.AddPeer(), world.AddPeer()];
        World.Connect(line[0], line[1]);
        World.Connect(line[2], line[1]);
        Assert.True(world.RunUntil(world.IsConverged, Soon), string.Join('\n', world.Differences()));
        FaultyChannel from = (FaultyChannel)line[0].Attachments["faulty"];
        FaultyChannel to = (FaultyChannel)line[2].Attachments["faulty"];

        line[0].Run(_ =>
        {
            Assert.True(from.Sender.TryUnicast(line[2].Name, [42]));
            Assert.False(from.Sender.TryUnicast(new PeerName(99), [42]));
            from.Sender.Broadcast(new SurrogateGossip([7]));
        });
        world.RunFor(TimeSpan.FromSeconds(1));

        Assert.Contains("unicast 2A", to.Heard);
        Assert.Contains("broadcast 07", to.Heard);
        Assert.Contains(line[1].Status.Channels, channel => channel is { Name: "faulty", IsSurrogate: true });
    }

    [Theory]
    [InlineData("together", 12)]
    [InlineData("mesh", 24)]
    [InlineData("partition", 8)]
    [InlineData("churn", 10)]
    [InlineData("flap", 3)]
    [InlineData("failing", 5)]
    [InlineData("clones", 5)]
    [InlineData("clocks", 8)]
    [InlineData("lossy", 12)]
    [InlineData("storm", 6)]
    public void A_scenario_holds_in_small(string name, int peers)
    {
        ScenarioResult result = Scenarios.All[name].Run(11, peers, new WorldOptions());
        Assert.True(result.Failure is null, $"{result}\n{string.Join('\n', result.World.Differences())}");
    }

    private static World Pair(WorldOptions options)
    {
        World world = new(1, options);
        SimulatedPeer a = world.AddPeer();
        World.Connect(world.AddPeer(), a);
        Assert.True(world.RunUntil(world.IsConverged, Soon), string.Join('\n', world.Differences()));
        return world;
    }

    private static void JoinFaulty(SimulatedPeer peer) => Join(peer, true);

    private static void Join(SimulatedPeer peer, bool joins)
    {
        if (joins)
        {
            peer.Attachments["faulty"] = peer.Router.AddChannel("faulty", sender => new FaultyChannel(sender));
        }
    }

    /// <summary>Takes nothing that it is told, and keeps what it heard.</summary>
    private sealed class FaultyChannel(IGossipSender sender) : IGossipChannel
    {
        internal IGossipSender Sender => sender;

        internal List<string> Heard { get; } = [];

        public TimeSpan? NextDeadline => null;

        internal GossipData? State { get; set; }

        public GossipData? CompleteState(Moment now) => State;

        public GossipOutcome OnGossip(Moment now, PeerName neighbour, ReadOnlySpan<byte> payload) => Refuse("gossip", payload);

        public GossipOutcome OnBroadcast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) => Refuse("broadcast", payload);

        public GossipOutcome OnUnicast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) => Refuse("unicast", payload);

        public void OnPeerKnown(Moment now, PeerName peer)
        {
        }

        public void OnPeerForgotten(Moment now, PeerName peer)
        {
        }

        public void OnDeadline(Moment now)
        {
        }

        private GossipOutcome Refuse(string kind, ReadOnlySpan<byte> payload)
        {
            Heard.Add($"{kind} {Convert.ToHexString(payload)}");
            return GossipOutcome.Failed("ring conflict");
        }
    }
}
