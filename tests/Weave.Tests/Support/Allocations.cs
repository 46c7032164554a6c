namespace Weave.Tests.Support;

/// <summary>
/// Asserts allocation budgets: bytes allocated by this thread per call, after a warm-up. What belongs to the code is
/// allocated in every round; what the runtime allocates on our thread meanwhile (a method that it compiles anew, a table
/// that grows) comes once, so the best of a few rounds counts.
/// </summary>
internal static class Allocations
{
    private const int Calls = 100;
    private const int Rounds = 10;

    internal static void Allocates(long expectedBytesPerCall, Action action) =>
        Assert.Equal(expectedBytesPerCall, Least(action, enough: expectedBytesPerCall));

    /// <summary>Bytes that each of <paramref name="calls"/> calls allocates, in the best round.</summary>
    /// <param name="action">What is measured.</param>
    /// <param name="enough">No further round is needed when one comes to no more than this.</param>
    /// <param name="calls">In each round.</param>
    internal static long Least(Action action, long enough, int calls = Calls)
    {
        long least = Round(action, calls); // the warm-up
        for (int round = 0; round < Rounds; round++)
        {
            long each = Round(action, calls);
            least = round == 0 ? each : Math.Min(least, each);
            if (least <= enough)
            {
                break;
            }
        }

        return least;
    }

    private static long Round(Action action, int calls)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / calls;
    }
}
