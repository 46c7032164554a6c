namespace Weave.Logging;

/// <summary>
/// How often one event is told: a burst, then so many a second, with the number of those left out. What makes an event
/// happen is often up to others, and a disk that is full of one line ends more than this program.
/// </summary>
/// <remarks>Not safe from several threads. It is small: ids of events are fixed.</remarks>
internal sealed class LogBudget
{
    internal const int Burst = 500;

    private const double PerSecond = 5;

    private readonly Dictionary<int, (TimeSpan At, double Tokens, long LeftOut)> _events = [];

    /// <summary>Whether one more may be told at <paramref name="now"/>.</summary>
    /// <param name="now">Time since some moment; it does not go back.</param>
    /// <param name="id">The event's.</param>
    /// <param name="leftOut">How many were not told since the last one that was.</param>
    internal bool TryTake(TimeSpan now, int id, out long leftOut)
    {
        (TimeSpan at, double tokens, leftOut) = _events.GetValueOrDefault(id, (now, Burst, 0));
        tokens = Math.Min(Burst, tokens + ((now - at).TotalSeconds * PerSecond));
        bool may = tokens >= 1;
        _events[id] = may ? (now, tokens - 1, 0) : (now, tokens, leftOut + 1);
        return may;
    }
}
