using Microsoft.Extensions.Hosting;

namespace Weave.Plugin;

/// <summary>Has the pairs deleted that an earlier router made and that Docker has not come for a while after our start.</summary>
internal sealed class EndpointPatience(EndpointTable endpoints, TimeProvider time) : BackgroundService
{
    /// <summary>Docker joins within a second or so, and tries to reach us for 30 s. Less than <see cref="PluginAddresses"/> waits before it frees what no endpoint uses.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(45);

    private readonly long _started = time.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan left = Grace - time.GetElapsedTime(_started);
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stoppingToken.IsCancellationRequested)
        {
            endpoints.GiveUpWaiting();
        }
    }
}
