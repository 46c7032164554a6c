using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Weave.Benchmarks;

internal static class Benchmarks
{
    /// <summary>The program builds itself again, with all that it uses: on a busy machine the usual two minutes are too short.</summary>
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(15);

    private static int Main(string[] args)
    {
        if (args is ["dns-server", .. string[] rest])
        {
            return Names.DnsBenchServer.Run(rest);
        }

        if (args is ["addresses"])
        {
            return Ipam.AllocatorCost.Run();
        }

        IEnumerable<Summary> runs = BenchmarkSwitcher.FromAssembly(typeof(Benchmarks).Assembly)
            .Run(args, ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(BuildTimeout));
        return runs.All(run => !run.HasCriticalValidationErrors && run.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
