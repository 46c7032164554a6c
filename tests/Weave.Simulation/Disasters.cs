using Weave.Wire.Primitives;

namespace Weave.Simulation;

/// <summary>Everything at once, by dice: kills with and without notice, cuts, half cuts, swapped addresses, partitions, wrong clocks, loss.</summary>
internal static class Disasters
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Something happens about every four seconds for ten minutes; then all is mended, and all must be well.</summary>
    internal static ScenarioResult Storm(ulong seed, int peers, WorldOptions options)
    {
        World world = Scenarios.RandomMesh(
            seed, peers, 6, options with { Loss = 0.05, Latency = TimeSpan.FromMilliseconds(20), Discovery = options.Discovery || seed % 2 == 0 });
        world.RunFor(Second * world.Dice.Next(60));
        while (world.Now < Second * 600)
        {
            Strike(world);
            world.RunFor(Second * (1 + world.Dice.Next(7)));
        }

        world.Heal();
        foreach (SimulatedPeer peer in world.Peers.Where(peer => !peer.Address.Equals(peer.HomeAddress)))
        {
            world.Move(peer, peer.HomeAddress); // whom the others were told to dial
        }

        foreach (SimulatedPeer peer in world.Peers.Where(peer => !peer.IsRunning))
        {
            world.Start(peer);
        }

        TimeSpan start = world.Now;
        string? failure = world.RunUntil(world.IsConverged, Second * 900) ? null : "not converged within 15 minutes";

        // Long enough for every lost overlay to be given up.
        world.RunFor(Second * 120);
        failure ??= world.IsConverged() ? Leftovers(world) : "did not stay converged";
        return new ScenarioResult("storm", failure, world, world.Now - start - (Second * 120));
    }

    private static void Strike(World world)
    {
        SimulatedPeer victim = world.Peers[world.Dice.Next(world.Peers.Count)];
        switch (world.Dice.Next(8))
        {
            case 0 or 1 when victim.IsRunning:
                world.Kill(victim, silently: world.Dice.Next(2) == 0);
                world.At(world.Now + (Second * (1 + world.Dice.Next(90))), () => StartIfDown(world, victim));
                break;
            case 2:
                world.Cut(victim, world.Peers[world.Dice.Next(world.Peers.Count)]);
                break;
            case 3:
                int side = 2 + world.Dice.Next(3);
                world.Partition((a, b) => a.Number % side == 0 == (b.Number % side == 0));
                break;
            case 4:
                world.Heal();
                break;
            case 6:
                world.HalfBreak(victim, world.Peers[world.Dice.Next(world.Peers.Count)], unnoticed: world.Dice.Next(2) == 0);
                break;
            case 7 when world.Dice.Next(4) == 0:
                world.SwapAddresses(victim, world.Peers[world.Dice.Next(world.Peers.Count)]);
                break;
            case 5:
                victim.ClockError = TimeSpan.FromDays(world.Dice.Next(2000) - 1000);
                break;
        }
    }

    private static void StartIfDown(World world, SimulatedPeer peer)
    {
        if (!peer.IsRunning)
        {
            world.Start(peer);
        }
    }

    /// <summary>What a quiet peer still holds that it should have let go; null for nothing.</summary>
    private static string? Leftovers(World world)
    {
        HashSet<PeerName> names = [.. world.Peers.Select(peer => peer.Name)];
        foreach (SimulatedPeer peer in world.Peers)
        {
            if (peer.Status.Connections.FirstOrDefault(connection => connection.Lingering || !connection.Established) is { } stale)
            {
                return $"{peer} still has {stale}";
            }

            if (peer.DataRoutes!.Unicast.Count != names.Count)
            {
                return $"{peer} routes data to {peer.DataRoutes.Unicast.Count} of {names.Count} peers";
            }
        }

        return null;
    }
}
