using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;

namespace Weave.Overlay.Pieces;

/// <summary>
/// Has everything looked at: when the kernel tells of a change, and every <see cref="LookEvery"/>, because it does not tell of
/// all (routes, settings, pins) and somebody may have been quicker than we listened.
/// </summary>
/// <param name="keeper">Made by the thread that looks, when all parts have started.</param>
/// <param name="afterwards">Looks at what depends on it.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class PieceWatch(Func<PieceKeeper> keeper, Action afterwards, TimeProvider time, ILogger<PieceWatch> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>What belongs together changes together: a container that starts is a dozen changes.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan RestAfterLook = TimeSpan.FromMilliseconds(250);

    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { Name = "pieces", IsBackground = true };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Set();
        _thread?.Join(); // who looks uses what the others are about to close
        return Task.CompletedTask;
    }

    /// <summary>After a start that failed nobody has stopped it.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        using KernelMonitor? monitor = TryListen();
        PieceKeeper? keeping = null;
        while (!_stop.IsSet)
        {
            try
            {
                (keeping ??= keeper()).Look();
                afterwards();
            }
            catch (Exception failure) when (failure is KernelException or IOException or UnauthorizedAccessException)
            {
                logger.PiecesNotSeen(failure.Message); // the next look is soon
            }

            Wait(monitor);
        }
    }

    /// <summary>Until something changes, or it is time; never without a rest.</summary>
    private void Wait(KernelMonitor? monitor)
    {
        if (_stop.Wait(RestAfterLook))
        {
            return;
        }

        try
        {
            long began = time.GetTimestamp();
            while (!_stop.IsSet && time.GetElapsedTime(began) < LookEvery)
            {
                if (monitor is null)
                {
                    _stop.Wait(LookEvery);
                }
                else if (monitor.Wait())
                {
                    _stop.Wait(Settle);
                    monitor.Drain();
                    return;
                }
            }
        }
        catch (KernelException)
        {
            _stop.Wait(LookEvery);
        }
    }

    private KernelMonitor? TryListen()
    {
        try
        {
            return new KernelMonitor(TimeSpan.FromMilliseconds(250));
        }
        catch (KernelException reason)
        {
            logger.PiecesNotHeard(reason.Message);
            return null;
        }
    }
}
