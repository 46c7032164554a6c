using Microsoft.Extensions.Logging;

namespace Weave.Logging;

/// <summary>The log: text in the original's format, or JSON.</summary>
internal sealed class StandardErrorLoggerProvider(LogLevel least, bool json, TextWriter output, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new StandardErrorLogger(categoryName, LeastOf(categoryName), json, output, time);

    public void Dispose()
    {
        // standard error is not ours to close
    }

    /// <summary>The web server's own events are noise below warnings, except to who asks for everything.</summary>
    private LogLevel LeastOf(string category) =>
        least is LogLevel.Debug or LogLevel.Information && category.StartsWith("Microsoft.", StringComparison.Ordinal) ? LogLevel.Warning : least;
}
