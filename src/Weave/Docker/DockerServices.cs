using Microsoft.Extensions.DependencyInjection;
using Weave.Daemon;
using Weave.Ipam;
using Weave.Names;

namespace Weave.Docker;

/// <summary>Composition of this folder.</summary>
internal static class DockerServices
{
    /// <summary>The client, and the watch over containers that feeds every <see cref="IContainerObserver"/>. Nothing without a Docker API.</summary>
    internal static IServiceCollection AddDocker(this IServiceCollection services, DaemonOptions options)
    {
        if (options.DockerApi.Length == 0)
        {
            return services;
        }

        return services
            .AddSingleton(new DockerClient(options.DockerApi))
            .AddSingleton<IContainerObserver>(provider => new SeamObserver(
                provider.GetService<IAddressAllocation>(), provider.GetService<INameRegistry>()))
            .AddHostedService<ContainerWatch>();
    }
}
