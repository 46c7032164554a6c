using Microsoft.Extensions.Logging;

namespace Weave.Logging;

/// <summary>Writes events of one category to standard error.</summary>
internal sealed class StandardErrorLogger(string category, LogLevel least, bool json, TextWriter output, TimeProvider time) : ILogger
{
    private readonly LogBudget _budget = new();
    private readonly long _started = time.GetTimestamp();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        long leftOut = 0;
        lock (_budget)
        {
            // Whoever asks for every detail gets it.
            if (logLevel >= LogLevel.Information && !_budget.TryTake(time.GetElapsedTime(_started), eventId.Id, out leftOut))
            {
                return;
            }
        }

        DateTimeOffset now = time.GetLocalNow();
        string message = formatter(state, exception) + (leftOut > 0 ? $" (and {leftOut} more of this kind before)" : "");
        string line = json
            ? LogLine.Json(now, logLevel, category, eventId, message, state, exception)
            : LogLine.Text(now, logLevel, message, exception);
        lock (output)
        {
            output.Write(line);
            output.Flush();
        }
    }
}
