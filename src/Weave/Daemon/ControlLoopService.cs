using Microsoft.Extensions.Hosting;

namespace Weave.Daemon;

/// <summary>Runs the control loop for as long as the daemon lives. Registered first, so it starts first and stops last.</summary>
internal sealed class ControlLoopService(ControlLoop loop) : BackgroundService
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
        catch
        {
            // A defect in a machine: state can no longer be trusted. End, and let the supervisor start us afresh.
            Environment.ExitCode = 1;
            throw;
        }
    }
}
