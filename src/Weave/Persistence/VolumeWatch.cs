using Microsoft.Extensions.Hosting;

namespace Weave.Persistence;

/// <summary>Looks after the volume of the state: what could not be written is tried again until it can.</summary>
internal sealed class VolumeWatch(StateStore store, TimeProvider time) : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                store.Look();
            }
        }
        catch (OperationCanceledException)
        {
            // the daemon ends
        }
    }
}
