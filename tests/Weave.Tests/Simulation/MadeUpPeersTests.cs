using Weave.Core.Mesh;
using Weave.Simulation;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;
using PeerRecord = Weave.Wire.Mesh.PeerRecord;

namespace Weave.Tests.Simulation;

/// <summary>A topology full of peers that nobody reaches, as a hostile or broken peer may tell it.</summary>
public sealed class MadeUpPeersTests
{
    private const int MadeUp = 20_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Thousands_of_addresses_that_do_not_answer_cost_little_and_leave_with_their_sender(bool described)
    {
        World world = Scenarios.RandomMesh(1, 5, 4, new WorldOptions { Discovery = true, OverlayTimeout = TimeSpan.FromSeconds(5) });
        Assert.True(world.RunUntil(world.IsConverged, TimeSpan.FromMinutes(1)), string.Join('\n', world.Differences()));
        SimulatedPeer hostile = world.AddPeer();
        World.Connect(hostile, world.Peers[0]);
        Assert.True(world.RunUntil(world.IsConverged, TimeSpan.FromMinutes(1)), string.Join('\n', world.Differences()));

        World.Say(hostile, GossipEnvelope.WriteGossip("topology", hostile.Name, Bomb(hostile, described)));
        world.RunFor(TimeSpan.FromSeconds(5));
        SimulatedPeer newcomer = world.AddPeer();
        World.Connect(newcomer, world.Peers[1]);
        bool IsIn(SimulatedPeer peer) => peer == newcomer || peer == hostile || peer.Status.Connections.Any(connection => connection.Remote == newcomer.Name);
        Assert.True(world.RunUntil(() => world.Peers.All(IsIn), TimeSpan.FromSeconds(20)), "the newcomer is not found among the made-up ones");
        world.RunFor(TimeSpan.FromSeconds(5));
        foreach (SimulatedPeer peer in world.Peers.Where(peer => peer != hostile))
        {
            IReadOnlyList<TargetStatus> attempts = peer.Status.Attempts;
            Assert.InRange(attempts.Count(attempt => attempt.State == TargetState.Attempting), 0, MeshLimits.DiscoveredDials);
            Assert.InRange(attempts.Count, 1, MeshLimits.DiscoveredTargets + MeshLimits.UndescribedTargets + 20);
        }

        long steps = world.Steps;
        world.RunFor(TimeSpan.FromSeconds(10));
        Assert.InRange(world.Steps - steps, 0, 20_000);

        world.Kill(hostile);
        Assert.True(world.RunUntil(() => world.IsConverged() && world.Peers.All(peer => !peer.IsRunning || peer.Status.Attempts.Count < 50), TimeSpan.FromSeconds(10)), string.Join('\n', world.Differences()));
    }

    private static byte[] Bomb(SimulatedPeer hostile, bool described)
    {
        PeerName[] names = [.. Enumerable.Range(0, MadeUp).Select(i => new PeerName(0x020000100000 + (ulong)i))];
        PeerRecord self = hostile.Status.Peers.Single(peer => peer.Name == hostile.Name);
        PeerLink[] links = [.. self.Links, .. names.Select((name, i) => new PeerLink(name, $"10.200.{i / 250 % 250}.{1 + (i % 250)}:6783", true, false))];
        List<PeerRecord> told = [self with { Version = self.Version + 1, Links = links }];
        if (described)
        {
            told.AddRange(names.Select(name => new PeerRecord(name, "made up", 1, 1, null, [])));
        }

        return TopologyPayload.Write(told);
    }
}
