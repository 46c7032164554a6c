using System.Diagnostics;

namespace Weave.SystemTests.Support;

/// <summary>Waits for the real world, with a deadline and a message that says what did not happen.</summary>
internal static class Eventually
{
    /// <summary>Asks until the answer is not null; the last <paramref name="state"/> is shown when it never was.</summary>
    internal static T Get<T>(TimeSpan within, string what, Func<T?> question, Func<string>? state = null)
        where T : class
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            if (question() is { } answer)
            {
                return answer;
            }

            if (watch.Elapsed > within)
            {
                Assert.Fail($"not within {within.TotalSeconds:0} s: {what}\n{state?.Invoke()}");
            }

            Thread.Sleep(100);
        }
    }

    internal static void True(TimeSpan within, string what, Func<bool> condition, Func<string>? state = null) =>
        Get(within, what, () => condition() ? "" : null, state);
}
