using System.Globalization;

namespace Weave.Benchmarks.Ipam;

/// <summary>
/// What <see cref="AllocatorBenchmarks"/> measures, each of the two steps by itself, in CPU time of the process: that holds on
/// a busy machine, too.
/// </summary>
internal static class AllocatorCost
{
    private const int WarmUp = 20;
    private const int Rounds = 50;

    private static readonly string[] Idents = [.. Enumerable.Range(1 << 20, 1_000).Select(i => $"{i:x64}")];

    internal static int Run()
    {
        foreach (bool journal in new[] { false, true })
        {
            foreach (int pieces in new[] { 2, 1_000 })
            {
                foreach (int containers in new[] { 0, 10_000 })
                {
                    Measure(new AllocatorBenchmarks { Journal = journal, Pieces = pieces, Containers = containers });
                }
            }
        }

        return 0;
    }

    private static void Measure(AllocatorBenchmarks benchmark)
    {
        benchmark.SetUp();
        for (int i = 0; i < WarmUp; i++)
        {
            Spent(benchmark.Allocate);
            Spent(benchmark.Free);
        }

        double given = 0;
        double freed = 0;
        for (int i = 0; i < Rounds; i++)
        {
            given += Spent(benchmark.Allocate) / Rounds;
            freed += Spent(benchmark.Free) / Rounds;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(benchmark.Journal ? "journal" : "memory"),-8} {benchmark.Pieces,5} pieces {benchmark.Containers,6} containers: {given,6:0.0} µs CPU for an address given, {freed,6:0.0} for one freed; {1e6 / (given + freed),8:0} of both a core second"));
        benchmark.CleanUp();
    }

    /// <returns>CPU time of the process for each container, in microseconds.</returns>
    private static double Spent(Action<string> step)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        foreach (string ident in Idents)
        {
            step(ident);
        }

        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / Idents.Length;
    }
}
