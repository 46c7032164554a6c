using Microsoft.Extensions.Logging;

namespace Weave.Daemon;

internal static partial class EssentialsLog
{
    [LoggerMessage(021, LogLevel.Error, "{Part} has ended")]
    internal static partial void DiedOf(this ILogger logger, string part, Exception reason);

    [LoggerMessage(022, LogLevel.Critical, "the router ends, since {Part} has ended: {Reason}")]
    internal static partial void Ends(this ILogger logger, string part, string reason);

    [LoggerMessage(023, LogLevel.Debug, "{Part} has ended while everything is closed: {Reason}")]
    internal static partial void EndedLate(this ILogger logger, string part, string reason);
}
