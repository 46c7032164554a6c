using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Daemon;
using Weave.Docker;
using Weave.Firewall;
using Weave.Linux.Netlink;
using Weave.Persistence;
using Weave.Status;

namespace Weave.Names;

/// <summary>Composition of this folder.</summary>
internal static class NamesServices
{
    /// <summary>The name database as a channel of the mesh, and its server. Nothing with <c>--no-dns</c>.</summary>
    internal static IServiceCollection AddNames(this IServiceCollection services, DaemonOptions options)
    {
        if (!options.Dns)
        {
            return services;
        }

        if (options.DockerApi.Length > 0)
        {
            services.AddSingleton<IContainerLiveness>(provider => new DockerLiveness(provider.GetRequiredService<DockerClient>()))
                .AddHostedService<ExistingNames>();
        }

        return services
            .AddSingleton(MakeNames)
            .AddSingleton<INameRegistry>(provider => provider.GetRequiredService<NameService>())
            .AddSingleton<DnsAddresses>()
            .AddSingleton<IDnsAddresses>(provider => provider.GetRequiredService<DnsAddresses>())
            .AddSingleton(MakeServer)
            .AddSingleton<IReportSection, NamesReportSection>()
            .AddHostedService(provider => provider.GetRequiredService<NamesDaemon>());
    }

    private static NameService MakeNames(IServiceProvider provider)
    {
        DaemonOptions options = provider.GetRequiredService<DaemonOptions>();
        MeshRouter router = provider.GetRequiredService<MeshRouter>();
        ILogger logger = provider.GetRequiredService<ILogger<NameService>>();
        NameDatabase database = router.AddChannel(
            NameDatabase.Channel, sender => new NameDatabase(NameDatabase.Qualify(options.DnsDomain), router, sender));
        return new NameService(
            provider.GetRequiredService<ControlLoop>(),
            database,
            new NameStore(provider.GetRequiredService<IStateStore>()),
            containersAreTold: options.DockerApi.Length > 0,
            provider.GetRequiredService<ProblemBoard>(),
            logger);
    }

    private static NamesDaemon MakeServer(IServiceProvider provider) => new(
        provider.GetRequiredService<DaemonOptions>(),
        provider.GetRequiredService<NameService>(),
        provider.GetRequiredService<HostAddresses>(),
        provider.GetRequiredService<IAddresses>(),
        provider.GetRequiredService<DnsAddresses>(),
        provider.GetRequiredService<ProblemBoard>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<NamesDaemon>>());
}
