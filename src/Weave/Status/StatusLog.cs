using Microsoft.Extensions.Logging;

namespace Weave.Status;

internal static partial class StatusLog
{
    [LoggerMessage(900, LogLevel.Warning, "Problem ({Kind}): {Text}")]
    public static partial void ProblemBegan(this ILogger logger, string kind, string text);

    [LoggerMessage(901, LogLevel.Information, "Problem over ({Kind}): {Text}")]
    public static partial void ProblemEnded(this ILogger logger, string kind, string text);
}
