using Microsoft.Extensions.Logging;

namespace Weave.Persistence;

internal static partial class PersistenceLog
{
    [LoggerMessage(601, LogLevel.Warning, "{Message}")]
    internal static partial void Repaired(this ILogger logger, string message);
}
