using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Docker;

namespace Weave.Ipam;

/// <summary>
/// Gives back addresses of containers whose end nobody told: it came while nobody listened, or between the question
/// whether the container lives and the grant. Compares with Docker whenever the watch begins, and every now and then.
/// </summary>
internal sealed class OwnerPruner(AddressAllocation allocation, DockerClient docker, TimeProvider time, ILogger<OwnerPruner> logger)
    : BackgroundService, IContainerObserver
{
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public void OnContainerStarted(string container)
    {
        // Told to the allocation by its own seam.
    }

    public void OnContainerDied(string container)
    {
        // Likewise.
    }

    public void OnContainerDestroyed(string container)
    {
        // Likewise.
    }

    public void OnContainersListed(ContainerCensus census) => allocation.OnContainersListed(census);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await CompareAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The daemon ends.
        }
    }

    private async Task CompareAsync(CancellationToken cancel)
    {
        try
        {
            OnContainersListed(await ContainerCensus.TakeAsync(docker, time, cancel).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is DockerException or IOException or HttpRequestException)
        {
            logger.NotCompared(failure.Message);
        }
    }
}
