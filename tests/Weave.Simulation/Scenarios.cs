using Weave.Wire.Primitives;

namespace Weave.Simulation;

/// <summary>What happens to simulated meshes. Each gives a failure in words, or none.</summary>
public static class Scenarios
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>By name: what it is, how many peers it wants, and the scenario.</summary>
    public static IReadOnlyDictionary<string, (string What, int Peers, Func<ulong, int, WorldOptions, ScenarioResult> Run)> All { get; } =
        new SortedDictionary<string, (string What, int Peers, Func<ulong, int, WorldOptions, ScenarioResult> Run)>(StringComparer.Ordinal)
        {
            ["together"] = ("all peers start at once, each told of the same three, and know each other within 2 minutes", 300, Together),
            ["mesh"] = ("a random mesh of degree 8 converges within 5 minutes", 1000, Mesh),
            ["partition"] = ("the mesh falls in two for 3 minutes and heals", 300, PartitionHeals),
            ["churn"] = ("every minute a tenth of the peers is killed and restarted, for 5 minutes; whoever runs for 20 s knows and is known", 100, Churn),
            ["flap"] = ("one link breaks 200 times and nothing leaks", 3, Flap),
            ["failing"] = ("a day with a target that never answers, one of another password, and one that restarts every minute: nothing grows", 5, Failing),
            ["clones"] = ("two machines have one name: the second is refused, the first untouched", 5, Clones),
            ["clocks"] = ("wall clocks jump by years and nobody notices", 30, ClockJumps),
            ["lossy"] = ("a tenth of all writes gets lost at first", 100, Lossy),
            ["storm"] = ("kills, cuts, partitions, wrong clocks and loss for 10 minutes, then all is mended", 30, Disasters.Storm),
            ["quiet"] = ("what a converged random mesh of degree 8 costs in 5 minutes", 100, Quiet),
        };

    /// <summary>A connected random graph: a ring, and random links up to the average degree.</summary>
    public static World RandomMesh(ulong seed, int peers, int degree, WorldOptions options)
    {
        World world = new(seed, options);
        for (int i = 0; i < peers; i++)
        {
            world.AddPeer();
        }

        for (int i = 0; i < peers && peers > 1; i++)
        {
            HashSet<int> targets = [(i + 1) % peers];
            while (targets.Count < Math.Min(degree / 2, peers - 1))
            {
                int target = world.Dice.Next(peers);
                if (target != i)
                {
                    targets.Add(target);
                }
            }

            World.Connect(world.Peers[i], targets.Order().Select(target => world.Peers[target]));
        }

        return world;
    }

    /// <summary>Waits a minute, until the last news are old, and counts bytes and machine time anew for as long as told.</summary>
    internal static void MeasureQuiet(World world, TimeSpan time)
    {
        world.RunFor(Minute);
        foreach (SimulatedPeer peer in world.Peers)
        {
            peer.ResetFigures();
        }

        world.RunFor(time);
    }

    private static ScenarioResult Together(ulong seed, int peers, WorldOptions options)
    {
        // The hubs of this star need more connections than the usual limit allows.
        World world = new(seed, options with { ConnectionLimit = 0 });
        for (int i = 0; i < peers; i++)
        {
            World.Connect(world.AddPeer(), world.Peers.Take(3).Where(peer => peer.Number != i));
        }

        return Converge("together", world, Minute * 2);
    }

    private static ScenarioResult Mesh(ulong seed, int peers, WorldOptions options) =>
        Converge("mesh", RandomMesh(seed, peers, 8, options), Minute * 5);

    private static ScenarioResult PartitionHeals(ulong seed, int peers, WorldOptions options)
    {
        World world = RandomMesh(seed, peers, 8, options);
        ScenarioResult start = Converge("partition", world, Minute * 2);
        if (start.Failure is not null)
        {
            return start;
        }

        world.Partition((a, b) => a.Number % 2 == b.Number % 2);
        bool apart = world.RunUntil(() => Halves(world).All(half => Knows(half)), Minute * 3);
        world.RunFor(Minute);
        world.Heal();
        ScenarioResult healed = Converge("partition", world, Minute * 15);
        return apart ? healed : healed with { Failure = "the halves did not forget each other" };
    }

    private static IEnumerable<List<SimulatedPeer>> Halves(World world) =>
        [[.. world.Peers.Where(peer => peer.Number % 2 == 0)], [.. world.Peers.Where(peer => peer.Number % 2 == 1)]];

    /// <summary>Nobody knows anybody outside.</summary>
    private static bool Knows(List<SimulatedPeer> half)
    {
        HashSet<PeerName> members = [.. half.Select(peer => peer.Name)];
        return half.TrueForAll(peer => peer.Router.Names.All(members.Contains));
    }

    private static ScenarioResult Churn(ulong seed, int peers, WorldOptions options)
    {
        World world = RandomMesh(seed, peers, 8, options);
        ScenarioResult start = Converge("churn", world, Minute * 2);
        string? failure = start.Failure;
        for (int minute = 0; minute < 5 && failure is null; minute++)
        {
            for (int i = 0; i < peers / 10 && failure is null; i++)
            {
                SimulatedPeer victim = world.Peers[world.Dice.Next(peers)];
                if (victim.IsRunning)
                {
                    world.Kill(victim);
                    world.At(world.Now + TimeSpan.FromSeconds(3), () => world.Start(victim));
                }

                world.RunFor(Minute / Math.Max(1, peers / 10));
                failure = Stranger(world);
            }
        }

        return failure is null ? Converge("churn", world, Minute) : start with { Failure = failure };
    }

    /// <summary>Of those that have run for a while, one that another has no route to, in words; null when there is none.</summary>
    private static string? Stranger(World world)
    {
        List<SimulatedPeer> settled = [.. world.Running.Where(peer => world.Now - peer.StartedAt >= TimeSpan.FromSeconds(20))];
        foreach (SimulatedPeer from in settled)
        {
            if (settled.Find(to => !from.DataRoutes!.Unicast.ContainsKey(to.Name)) is { } unreached)
            {
                return string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"at {world.Now.TotalSeconds:f1} s {from}, started at {from.StartedAt.TotalSeconds:f1} s, does not reach {unreached}, started at {unreached.StartedAt.TotalSeconds:f1} s");
            }
        }

        return null;
    }

    private static ScenarioResult Flap(ulong seed, int peers, WorldOptions options)
    {
        World world = new(seed, options);
        SimulatedPeer[] line = [.. Enumerable.Range(0, Math.Max(3, peers)).Select(_ => world.AddPeer())];
        for (int i = 1; i < line.Length; i++)
        {
            World.Connect(line[i], line[i - 1]);
        }

        Converge("flap", world, Minute);
        long before = 0;
        for (int i = 0; i < 200; i++)
        {
            world.Cut(line[0], line[1]);
            world.RunFor(TimeSpan.FromSeconds(1));
            if (!world.RunUntil(world.IsConverged, Minute * 10))
            {
                return new ScenarioResult("flap", $"not back after break {i}", world, world.Now);
            }

            if (i == 20)
            {
                world.RunFor(Minute * 2);
                before = world.Held;
            }
        }

        // Pending timers vary by a few; what leaks grows with every break.
        world.RunFor(Minute * 2);
        string? failure = world.Held > before + 50 ? $"holds {world.Held} things after 200 breaks, {before} after 20" : null;
        return new ScenarioResult("flap", failure, world, world.Now);
    }

    private static ScenarioResult Failing(ulong seed, int peers, WorldOptions options)
    {
        const long Megabyte = 1 << 20;
        World world = new(seed, options with { Configure = its => its with { Password = its.Self == new PeerName(2) ? "another" : "secret" } });
        SimulatedPeer[] all = [.. Enumerable.Range(0, Math.Max(5, peers)).Select(_ => world.AddPeer())];
        (SimulatedPeer steady, SimulatedPeer stranger, SimulatedPeer dead, SimulatedPeer restless, SimulatedPeer witness) = (all[0], all[1], all[2], all[3], all[4]);
        World.Connect(steady, all.Skip(1));
        World.Connect(stranger, steady);
        world.Kill(dead);
        (long things, long memory) = (0, 0);
        string? failure = null;
        for (int hour = 1; hour <= 24 && failure is null; hour++)
        {
            for (int minute = 0; minute < 60; minute++)
            {
                world.Kill(restless);
                world.RunFor(TimeSpan.FromSeconds(5));
                world.Start(restless);
                world.RunFor(TimeSpan.FromSeconds(55));
            }

            failure = steady.Router.Names.Count() != all.Length - 2 ? $"knows {steady.Router.Names.Count()} peers after {hour} hours"
                : witness.Notes.Any(note => note.Kind == Core.Mesh.MeshNote.ConnectionClosed) ? $"an innocent connection was lost in hour {hour}" : null;
            world.ForgetNotes();

            // Memory is that of the process, so it tells something only where nothing else runs in it.
            long now = options.MeasureCpu ? GC.GetTotalMemory(forceFullCollection: true) : 0;
            (things, memory) = hour == 1 ? (world.Held, now) : (things, memory);
            failure ??= world.Held > things + 50 ? $"holds {world.Held} things after {hour} hours, {things} after one"
                : now > memory + Megabyte ? $"{now} bytes are in use after {hour} hours, {memory} after one" : null;
        }

        return new ScenarioResult("failing", failure, world, world.Now);
    }

    private static ScenarioResult Clones(ulong seed, int peers, WorldOptions options)
    {
        World world = new(seed, options);
        SimulatedPeer[] line = [.. Enumerable.Range(0, Math.Max(3, peers)).Select(_ => world.AddPeer())];
        for (int i = 1; i < line.Length; i++)
        {
            World.Connect(line[i], line[i - 1]);
        }

        Converge("clones", world, Minute);
        SimulatedPeer original = line[0];
        ulong version = original.Router.SelfVersion;
        SimulatedPeer clone = world.AddPeer(original.Name);
        World.Connect(clone, line[^1]);
        world.RunFor(Minute * 3);
        bool untouched = original.Router.SelfVersion == version && original.Status.Connections.Count == 1;
        bool refused = clone.Status.Connections.Count == 0;
        bool said = line.Any(peer => peer.Notes.Any(note => note.Kind == Core.Mesh.MeshNote.NameCollision));
        string? failure = !untouched ? "the first was disturbed" : !refused ? "the second was let in" : !said ? "nobody says why" : null;
        return new ScenarioResult("clones", failure, world, world.Now);
    }

    private static ScenarioResult ClockJumps(ulong seed, int peers, WorldOptions options)
    {
        World world = RandomMesh(seed, peers, 8, options);
        Converge("clocks", world, Minute * 2);
        int before = Lost(world);
        foreach (SimulatedPeer peer in world.Peers)
        {
            peer.ClockError = TimeSpan.FromDays(world.Dice.Next(2000) - 1000);
        }

        world.RunFor(Minute);
        int lost = Lost(world) - before;
        ScenarioResult result = Converge("clocks", world, Minute);
        return lost == 0 ? result : result with { Failure = $"{lost} connections were lost" };
    }

    private static int Lost(World world) =>
        world.Peers.Sum(peer => peer.Notes.Count(note => note.Kind == Core.Mesh.MeshNote.ConnectionClosed));

    private static ScenarioResult Lossy(ulong seed, int peers, WorldOptions options) =>
        Converge("lossy", RandomMesh(seed, peers, 8, options with { Loss = 0.1, Latency = TimeSpan.FromMilliseconds(50) }), Minute * 5);

    private static ScenarioResult Quiet(ulong seed, int peers, WorldOptions options)
    {
        World world = RandomMesh(seed, peers, 8, options);
        ScenarioResult start = Converge("quiet", world, Minute * 5);
        if (start.Failure is not null)
        {
            return start;
        }

        MeasureQuiet(world, Minute * 5);
        return start with { Failure = world.IsConverged() ? null : "did not stay converged" };
    }

    private static ScenarioResult Converge(string name, World world, TimeSpan limit)
    {
        TimeSpan start = world.Now;
        bool done = world.RunUntil(world.IsConverged, limit);
        return new ScenarioResult(name, done ? null : $"not converged within {limit.TotalSeconds:f0} s", world, world.Now - start);
    }
}
