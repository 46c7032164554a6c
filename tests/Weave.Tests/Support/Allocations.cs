namespace Weave.Tests.Support;

/// <summary>Asserts allocation budgets: bytes allocated by this thread per call, after a warm-up.</summary>
internal static class Allocations
{
    internal static void Allocates(long expectedBytesPerCall, Action action)
    {
        const int Calls = 100;
        for (int i = 0; i < Calls; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            action();
        }

        Assert.Equal(expectedBytesPerCall, (GC.GetAllocatedBytesForCurrentThread() - before) / Calls);
    }
}
