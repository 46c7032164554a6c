using System.Globalization;

namespace Weave.Simulation;

/// <summary>Runs scenarios and prints how they went.</summary>
internal sealed class ScenarioCommand(WorldOptions options)
{
    private readonly List<string> _traces = [];

    /// <summary>One scenario with several seeds.</summary>
    /// <param name="name">Which.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="seeds">How many.</param>
    /// <param name="peers">How many peers; null for the usual number.</param>
    /// <returns>The exit status: 1 when a seed failed.</returns>
    internal int Run(string name, ulong first, int seeds, int? peers)
    {
        int failed = 0;
        for (ulong seed = first; seed < first + (ulong)seeds; seed++)
        {
            failed += Holds(name, seed, peers ?? Scenarios.All[name].Peers) ? 0 : 1;
        }

        if (seeds > 1)
        {
            Console.WriteLine($"{name}: {seeds} seeds, {failed} failed");
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>Every scenario at its usual size.</summary>
    /// <param name="seed">For each.</param>
    /// <param name="traceFile">Where to write the traces, to compare them with those of another process; null for nowhere.</param>
    /// <returns>The exit status: 1 when a scenario failed.</returns>
    internal int RunAll(ulong seed, string? traceFile)
    {
        int failed = Scenarios.All.Count(scenario => !Holds(scenario.Key, seed, scenario.Value.Peers));
        if (traceFile is not null)
        {
            File.WriteAllLines(traceFile, _traces);
        }

        return failed == 0 ? 0 : 1;
    }

    private bool Holds(string name, ulong seed, int peers)
    {
        ScenarioResult result = Scenarios.All[name].Run(seed, peers, options);
        Console.WriteLine($"seed {seed.ToString(CultureInfo.InvariantCulture)} {result}");
        _traces.Add($"{name} {result.World.Trace:x16}");
        if (result.Failure is null)
        {
            return true;
        }

        result.World.Differences().Take(20).ToList().ForEach(Console.WriteLine);
        return false;
    }
}
