using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Daemon;

namespace Weave.Logging;

public static class LoggingServices
{
    /// <summary>Logs to standard error as <see cref="DaemonOptions.LogLevel"/> and <see cref="DaemonOptions.LogJson"/> say.</summary>
    public static IServiceCollection AddLog(this IServiceCollection services, DaemonOptions options) => services.AddLogging(logging => logging
        .SetMinimumLevel(LogLevel.Trace)
        .AddProvider(new StandardErrorLoggerProvider(Level(options.LogLevel), options.LogJson, Console.Error, TimeProvider.System)));

    /// <summary>Names of levels are the original's.</summary>
    internal static LogLevel Level(string name) => name.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "FATAL" or "PANIC" => LogLevel.Critical,
        _ => LogLevel.Information,
    };
}
