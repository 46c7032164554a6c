using BenchmarkDotNet.Running;

namespace Weave.Benchmarks;

internal static class Benchmarks
{
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

        BenchmarkSwitcher.FromAssembly(typeof(Benchmarks).Assembly).Run(args);
        return 0;
    }
}
