using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Weave.Mesh;
using Weave.Names;

namespace Weave.Daemon;

/// <summary>Has every service of the daemon watched that runs for as long as it does. Registered last, so that all have started.</summary>
internal sealed class EssentialsService(IServiceProvider services, Essentials essentials, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (BackgroundService service in services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            _ = essentials.WatchAsync(service, lifetime.ApplicationStopping);
        }

        _ = essentials.WatchAsync("the acceptor of peers", services.GetRequiredService<MeshService>().Accepting, lifetime.ApplicationStopping);
        if (services.GetService<NamesDaemon>() is { } names)
        {
            _ = essentials.WatchAsync("the acceptor of DNS over TCP", names.Accepting, lifetime.ApplicationStopping);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
