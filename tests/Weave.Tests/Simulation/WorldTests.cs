using Weave.Core.Mesh;
using Weave.Simulation;
using Weave.Wire.Primitives;

namespace Weave.Tests.Simulation;

/// <summary>Small worlds of real mesh routers.</summary>
public sealed class WorldTests
{
    [Fact]
    public void Two_peers_connect_establish_and_route_data_to_each_other()
    {
        World world = new(1);
        SimulatedPeer a = world.AddPeer();
        SimulatedPeer b = world.AddPeer();
        World.Connect(a, b);

        Assert.True(world.RunUntil(() => world.IsConverged() && Reaches(a, b) && Reaches(b, a), TimeSpan.FromSeconds(5)), Describe(world));

        Assert.Equal(b.Name, a.DataRoutes!.Unicast[b.Name]);
        Assert.Equal([a.Name], b.DataRoutes!.Broadcast(b.Name));
        Assert.Equal(PeerName.Unknown, a.DataRoutes.Unicast[a.Name]);
        ConnectionStatus connection = Assert.Single(a.Status.Connections);
        Assert.True(connection is { Established: true, Outbound: true, Encrypted: null });
    }

    [Fact]
    public void A_line_of_peers_converges_and_discovery_closes_the_triangle()
    {
        World world = new(2, new WorldOptions { Discovery = true });
        SimulatedPeer[] peers = [world.AddPeer(), world.AddPeer(), world.AddPeer()];
        World.Connect(peers[1], peers[0]);
        World.Connect(peers[2], peers[1]);
        Assert.True(
            world.RunUntil(() => world.IsConverged() && peers.All(peer => peer.Status.Connections.Count == 2), TimeSpan.FromSeconds(30)),
            Describe(world));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));

        static ulong Run(ulong seed)
        {
            World world = new(seed, new WorldOptions { Discovery = true, Loss = 0.1 });
            for (int i = 0; i < 6; i++)
            {
                SimulatedPeer peer = world.AddPeer();
                World.Connect(peer, world.Peers[0]);
            }

            world.RunFor(TimeSpan.FromMinutes(1));
            return world.Trace;
        }
    }

    private static bool Reaches(SimulatedPeer from, SimulatedPeer to) => from.DataRoutes?.Unicast.ContainsKey(to.Name) == true;

    private static string Describe(World world) => string.Join('\n', world.Peers.SelectMany(peer => peer.Notes.Select(note => $"{peer}: {note}")));
}
