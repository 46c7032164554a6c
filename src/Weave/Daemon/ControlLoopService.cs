using Microsoft.Extensions.Hosting;

namespace Weave.Daemon;

/// <summary>Runs the control loop for as long as the daemon lives. Registered first, so it starts first and stops last.</summary>
internal sealed class ControlLoopService(ControlLoop loop, Essentials essentials) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => RunAsync(stoppingToken), CancellationToken.None);

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await loop.RunAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The daemon is stopping.
        }
        catch (Exception defect)
        {
            // State can no longer be trusted. During the start nobody else watches, and the start waits for this loop.
            essentials.Died("the control loop", defect);
            throw;
        }
    }
}
