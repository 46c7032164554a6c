using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Docker;
using Weave.Docker.Managed;
using Weave.Ipam;
using Weave.Linux.Bridge;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.Names;
using Weave.Persistence;
using Weave.Status;

namespace Weave.Plugin;

/// <summary>Composition of this folder.</summary>
internal static class PluginServices
{
    /// <summary>Links, addresses, routes, settings and namespaces of this host.</summary>
    internal static IServiceCollection AddKernel(this IServiceCollection services, DaemonOptions options) => services
        .AddSingleton<ILinks, Links>()
        .AddSingleton<IAddresses, Addresses>()
        .AddSingleton<IRoutes, Routes>()
        .AddSingleton<ISysctls>(new Sysctls(options.ProcPath))
        .AddSingleton<INetworkNamespaces, NetworkNamespaces>()
        .AddSingleton<IArpAnnouncer, ArpAnnouncer>()
        .AddSingleton<HostBridge>()
        .AddSingleton<HostAddresses>()
        .AddHostedService(provider => provider.GetRequiredService<HostAddresses>())
        .AddSingleton<IContainerInterfaces>(provider => new ContainerInterfaces(
            provider.GetRequiredService<INetworkNamespaces>(),
            provider.GetRequiredService<ILinks>(),
            provider.GetRequiredService<IAddresses>(),
            provider.GetRequiredService<IRoutes>(),
            provider.GetRequiredService<ISysctls>(),
            provider.GetRequiredService<IArpAnnouncer>(),
            options.ProcPath));

    /// <summary>Docker's drivers. Their doors are opened by <see cref="DaemonHost"/> when the options ask for them.</summary>
    internal static IServiceCollection AddPlugin(this IServiceCollection services, DaemonOptions options)
    {
        if (!options.Plugin && !options.PluginV2)
        {
            return services;
        }

        services
            .AddSingleton<PluginNetworks>(provider => new PluginNetworks(provider.GetRequiredService<IStateStore>()))
            .AddSingleton<EndpointMark>()
            .AddSingleton<EndpointTable>(provider => new EndpointTable(
                provider.GetRequiredService<ILinks>(), provider.GetRequiredService<EndpointMark>(), provider.GetRequiredService<ILogger<EndpointTable>>()))
            .AddSingleton<EndpointRemover>()
            .AddSingleton<MulticastRoutes>()
            .AddSingleton<EngineFacts>()
            .AddSingleton<PoolsInTheMaking>()
            .AddSingleton<PluginEndpoints>()
            .AddSingleton<IReportSection, PluginReportSection>();
        services.AddHostedService(provider => provider.GetRequiredService<EndpointRemover>());
        services.AddHostedService<EndpointPatience>();
        if (options.PluginV2)
        {
            services.AddSingleton<SwarmWatch>();
            services.AddHostedService(provider => provider.GetRequiredService<SwarmWatch>());
        }

        services.AddHostedService<MulticastHeirs>();
        if (options.Plugin && options.DockerApi.Length > 0)
        {
            services.AddSingleton<EngineAddresses>();
        }

        services.AddSingleton<PluginAddresses>(); // without allocation nobody asks for it
        if (options.AllocationEnabled)
        {
            services.AddHostedService(provider => provider.GetRequiredService<PluginAddresses>());
        }

        // A managed plugin has no Docker API: neither a network of its own nor anybody to look after.
        if (options.Plugin && options.DockerApi.Length > 0)
        {
            if (options.IpAllocationRange.Length > 0)
            {
                services.AddSingleton<DefaultNetworkService>(); // it asks for its subnet
                services.AddHostedService(provider => provider.GetRequiredService<DefaultNetworkService>());
            }

            services.AddSingleton<IContainerObserver>(provider => new ContainerTender(
                provider.GetRequiredService<DockerClient>(),
                provider.GetRequiredService<PluginNetworks>(),
                options.Dns ? provider.GetService<INameRegistry>() : null,
                provider.GetRequiredService<IContainerInterfaces>(),
                provider.GetRequiredService<DaemonOptions>(),
                provider.GetRequiredService<ILogger<ContainerTender>>()));
        }

        return services;
    }

    /// <summary>Where Docker looks for us.</summary>
    internal static IEnumerable<(Surface Surface, string Path)> Doors(DaemonOptions options) =>
        new[] { (Surface.Plugin, options.PluginSocket), (Surface.PluginMesh, options.PluginMeshSocket) }.Where(door => door.Item2.Length > 0);

    /// <summary>Docker is sent to us when we can answer, and away before we cannot any more.</summary>
    private static void ShowDoors(WebApplication app, DaemonOptions options)
    {
        foreach (string path in Doors(options).Select(door => Surfaces.UnixPath(door.Path)).OfType<string>())
        {
            app.Lifetime.ApplicationStarted.Register(() => DriverSockets.PointTo(path, DriverSockets.Router));
            app.Lifetime.ApplicationStopping.Register(() => DriverSockets.Withdraw(path));
        }
    }

    /// <summary>The routes of both sockets.</summary>
    internal static void MapPlugin(this WebApplication app)
    {
        DaemonOptions options = app.Services.GetRequiredService<DaemonOptions>();
        if (!options.Plugin && !options.PluginV2)
        {
            return;
        }

        ShowDoors(app, options);

        app.MapSurface(Surface.Control, routes => routes.MapDelete("/network", (RequestDelegate)(context =>
        {
            // Ours: weave stop and reset are about to remove the network.
            app.Services.GetService<DefaultNetworkService>()?.GiveUp();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        })));
        PluginEndpoints endpoints = app.Services.GetRequiredService<PluginEndpoints>();
        NetworkDriver weave = Driver(app.Services, options, options.PluginSocket, NetworkDriverOptions.GlobalScope);
        app.MapSurface(Surface.Plugin, routes =>
        {
            endpoints.Map(routes, weave, withIpam: false);
            if (app.Services.GetService<SwarmWatch>() is { } swarm)
            {
                endpoints.Map(routes, swarm);
            }

            PluginEndpoints.MapUnknown(routes);
        });

        NetworkDriver mesh = Driver(app.Services, options, options.PluginMeshSocket, NetworkDriverOptions.LocalScope);
        IpamDriver? ipam = app.Services.GetService<IAddressAllocation>() is { } allocation
            ? new IpamDriver(
                allocation,
                app.Services.GetRequiredService<EndpointTable>(),
                app.Services.GetRequiredService<PluginAddresses>(),
                app.Services.GetRequiredService<PluginNetworks>(),
                app.Services.GetRequiredService<PoolsInTheMaking>(),
                app.Services.GetRequiredService<IRoutes>(),
                app.Services.GetRequiredService<ILinks>(),
                options.WeaveBridge)
            : null; // allocation is turned off
        app.MapSurface(Surface.PluginMesh, routes =>
        {
            endpoints.Map(routes, mesh, withIpam: ipam is not null);
            if (ipam is not null)
            {
                endpoints.Map(routes, ipam);
            }

            PluginEndpoints.MapUnknown(routes);
        });
    }

    private static NetworkDriver Driver(IServiceProvider services, DaemonOptions options, string socket, string scope) => new(
        new NetworkDriverOptions
        {
            Name = DefaultNetworkService.DriverNameOf(socket),
            Scope = scope,
            Bridge = options.WeaveBridge,
            ForceMulticast = options.PluginV2 && options.PluginV2Multicast,
        },
        services.GetRequiredService<PluginNetworks>(),
        services.GetRequiredService<EndpointTable>(),
        services.GetRequiredService<EndpointRemover>(),
        services.GetRequiredService<MulticastRoutes>(),
        services.GetRequiredService<EngineFacts>(),
        services.GetRequiredService<PoolsInTheMaking>(),
        services.GetRequiredService<ILinks>(),
        services.GetRequiredService<ISysctls>(),
        services.GetRequiredService<EndpointMark>(),
        services.GetRequiredService<ILogger<NetworkDriver>>(),
        services.GetService<ProblemBoard>());
}
