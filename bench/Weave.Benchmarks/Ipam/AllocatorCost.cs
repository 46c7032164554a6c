using System.Globalization;

namespace Weave.Benchmarks.Ipam;

/// <summary>
/// What <see cref="AllocatorBenchmarks"/> measures, in CPU time of the process: that holds on a busy machine, too.
/// </summary>
internal static class AllocatorCost
{
    private const int WarmUp = 20_000;
    private const int Pairs = 50_000;

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
        Repeat(benchmark, WarmUp);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        Repeat(benchmark, Pairs);
        double microseconds = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / Pairs;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(benchmark.Journal ? "journal" : "memory"),-8} {benchmark.Pieces,5} pieces {benchmark.Containers,6} containers: {microseconds,6:0.0} µs CPU for an address given and freed, {1e6 / microseconds,8:0} a core second"));
        benchmark.CleanUp();
    }

    private static void Repeat(AllocatorBenchmarks benchmark, int times)
    {
        for (int i = 0; i < times; i++)
        {
            benchmark.AllocateAndFree();
        }
    }
}
