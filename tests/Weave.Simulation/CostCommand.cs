using System.Diagnostics;
using System.Globalization;

namespace Weave.Simulation;

/// <summary>Prints what a peer of a random mesh of degree 8 sends and computes, by number of peers, and draws it.</summary>
internal sealed class CostCommand(ulong seed, WorldOptions options)
{
    private const int QuietMinutes = 2;

    private readonly List<CostSeries> _bytes = [];
    private readonly List<CostSeries> _cpu = [];

    /// <param name="sizes">Numbers of peers.</param>
    /// <param name="originalSizes">Numbers of peers to measure by the original's rules too.</param>
    /// <param name="chart">File to draw into; null for none.</param>
    /// <returns>The exit status: 1 when a mesh did not converge.</returns>
    internal int Run(IReadOnlyList<int> sizes, IReadOnlyList<int> originalSizes, string? chart)
    {
        // Machine time of the first run would be that of the compiler.
        Scenarios.All["mesh"].Run(seed, 100, options);
        Console.WriteLine("| rules | peers | until converged: s | KiB sent per peer | ms CPU per peer | a quiet minute: KiB sent per peer | ms CPU per peer |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        bool converged = Measure("ours", sizes, options with { OriginalRules = false });
        if (originalSizes.Count > 0)
        {
            converged &= Measure("original", originalSizes, options with { OriginalRules = true });
        }

        if (chart is not null)
        {
            File.WriteAllText(chart, CostChart.Draw(_bytes, _cpu));
        }

        return converged ? 0 : 1;
    }

    private bool Measure(string rules, IReadOnlyList<int> sizes, WorldOptions by)
    {
        List<(int, double)> startBytes = [];
        List<(int, double)> startCpu = [];
        List<(int, double)> quietBytes = [];
        List<(int, double)> quietCpu = [];
        bool converged = true;
        foreach (int size in sizes)
        {
            Stopwatch watch = Stopwatch.StartNew();
            ScenarioResult start = Scenarios.All["mesh"].Run(seed, size, by);
            (double startKib, double startMs) = (start.BytesPerPeer / 1024, start.CpuMillisecondsPerPeer);
            Scenarios.MeasureQuiet(start.World, TimeSpan.FromMinutes(QuietMinutes));
            (double quietKib, double quietMs) = (start.BytesPerPeer / 1024 / QuietMinutes, start.CpuMillisecondsPerPeer / QuietMinutes);
            startBytes.Add((size, startKib));
            startCpu.Add((size, startMs));
            quietBytes.Add((size, quietKib));
            quietCpu.Add((size, quietMs));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {rules} | {size} | {start.Converged.TotalSeconds:f1} | {startKib:f0} | {startMs:f1} | {quietKib:f0} | {quietMs:f1} |"));
            Console.Error.WriteLine($"{size} peers took {watch.Elapsed.TotalSeconds:f0} s to simulate: {start.Failure ?? "ok"}");
            converged &= start.Failure is null && start.World.IsConverged();
        }

        _bytes.AddRange([new($"{rules}, until converged", startBytes), new($"{rules}, a quiet minute", quietBytes)]);
        _cpu.AddRange([new($"{rules}, until converged", startCpu), new($"{rules}, a quiet minute", quietCpu)]);
        return converged;
    }
}
