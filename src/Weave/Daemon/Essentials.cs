using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Status;

namespace Weave.Daemon;

/// <summary>
/// Loops, threads and tasks without which the daemon is not what it claims to be. A defect that ends one ends the process, at
/// once and with the reason as the last line of the log, and whoever supervises it starts a new one. What ended for want of
/// something of the host's, such as file descriptors, is started again.
/// </summary>
/// <remarks>docs/architecture.md lists them. The fast datapath goes on in the kernel meanwhile; there is nothing to tidy up.</remarks>
/// <param name="board">Shows what was started again.</param>
/// <param name="time">Measures the pause before that.</param>
/// <param name="logger">Has the last word.</param>
/// <param name="exit">Ends the process with this status and does not return.</param>
internal sealed class Essentials(ProblemBoard board, TimeProvider time, ILogger<Essentials> logger, Action<int> exit)
{
    internal const int Failed = 1;

    /// <summary>How long after it ended for want of something a part is started again.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const string ProblemKind = "shortage";

    private int _ended;

    /// <summary>A part has died. Does not return, except in tests.</summary>
    internal void Died(string part, Exception reason)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            logger.DiedOf(part, reason);
            logger.Ends(part, $"{reason.GetType().Name}: {reason.Message}");
            exit(Failed);
        }
    }

    /// <summary>Watches a task that ends when it is told to, and else not.</summary>
    internal async Task WatchAsync(string part, Task work, CancellationToken stop)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.Exception is { } failure && !stop.IsCancellationRequested)
        {
            Died(part, failure.InnerException ?? failure);
        }
    }

    /// <summary>Watches a service, and starts it again when it ended for want of something.</summary>
    internal async Task WatchAsync(BackgroundService service, CancellationToken stop)
    {
        string part = service.GetType().Name;
        while (service.ExecuteTask is { } work && !stop.IsCancellationRequested)
        {
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (work.Exception?.InnerException is not { } failure || stop.IsCancellationRequested)
            {
                return;
            }

            if (!Shortage.IsCause(failure))
            {
                Died(part, failure);
                return;
            }

            board.PutRight(ProblemKind, part, $"{part} ended for want of something of this host's, and is started again: {failure.Message}");
            await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await StartAsync(service, part, stop).ConfigureAwait(false);
        }
    }

    private async Task StartAsync(BackgroundService service, string part, CancellationToken stop)
    {
        try
        {
            await service.StartAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The daemon ends.
        }
        catch (Exception failure)
        {
            Died(part, failure);
        }
    }
}
