using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Status;

namespace Weave.Daemon;

/// <summary>Composition of what ends the process when a part of it has ended.</summary>
internal static partial class EssentialsServices
{
    internal static IServiceCollection AddEssentials(this IServiceCollection services) => services
        .AddSingleton(provider => new Essentials(
            provider.GetRequiredService<ProblemBoard>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Essentials>>(),
            Exit))
        .Configure<HostOptions>(host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore);

    /// <summary>From now on what ends a thread, or a timer, ends the process by this way, too.</summary>
    internal static void WatchThreads(this IServiceProvider services)
    {
        Essentials essentials = services.GetRequiredService<Essentials>();
        CancellationToken stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        ILogger logger = services.GetRequiredService<ILogger<Essentials>>();
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            string part = $"thread {Thread.CurrentThread.Name ?? "of the pool"}";
            Exception reason = unhandled.ExceptionObject as Exception ?? new InvalidOperationException(unhandled.ExceptionObject.ToString());
            if (stopping.IsCancellationRequested)
            {
                // All is being closed under its feet: the reason why, and the status, are not its to tell. Going on from here would end the process.
                logger.EndedLate(part, reason.Message);
                Thread.Sleep(Timeout.Infinite);
            }

            essentials.Died(part, reason);
        };
    }

    /// <summary>Not by way of the runtime, which would wait for whatever still runs.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int status);
}
