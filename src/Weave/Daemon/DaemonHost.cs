using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Weave.Docker;
using Weave.Firewall;
using Weave.Ipam;
using Weave.Logging;
using Weave.Mesh;
using Weave.Names;
using Weave.Overlay;
using Weave.Overlay.Fast;
using Weave.Persistence;
using Weave.Plugin;
using Weave.Status;

namespace Weave.Daemon;

/// <summary>Composes the daemon: the only place that knows every part.</summary>
/// <remarks>
/// Parts are hosted services: they start in the order of the lines below and stop in reverse. The doors open when all
/// have started.
/// </remarks>
public static class DaemonHost
{
    /// <summary>At all doors together: each takes a file descriptor, of which the data plane needs some, too.</summary>
    private const int MostConnections = 1024;

    /// <summary>Runs until <paramref name="cancel"/> or a signal. The exit status: 0 after a stop that was asked for.</summary>
    /// <exception cref="OptionException">What was asked for cannot be had on this host.</exception>
    public static async Task<int> RunAsync(DaemonOptions options, CancellationToken cancel)
    {
        WebApplication app = Compose(options);
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.StartAsync(cancel).ConfigureAwait(false);
                Surfaces.CloseToOthers(options.HttpAddress, options.StatusAddress, options.MetricsAddress);
            }
            catch (Exception failure)
            {
                // Services that have started would take their end for a failure, and say so after the reason.
                app.Lifetime.StopApplication();
                if (failure is IOException { InnerException: AddressInUseException or SocketException })
                {
                    throw new OptionException(failure.Message.TrimEnd('.'), failure);
                }

                throw;
            }

            await app.WaitForShutdownAsync(cancel).ConfigureAwait(false);
            return Environment.ExitCode;
        }
    }

    private static WebApplication Compose(DaemonOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "weave" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => OpenDoors(kestrel, options));
        builder.Services
            .AddRoutingCore()
            .AddLog(options)
            .AddSingleton(options)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<ControlLoop>()
            .AddEssentials()
            .AddHostedService<ControlLoopService>()
            .AddStatus()
            .AddPersistence()
            .AddKernel(options)
            .AddFastDatapath()
            .AddOverlay()
            .AddMesh()
            .AddProblemReport()
            .AddOverlayReport()
            .AddFastDatapathReport()
            .AddIpam(options)
            .AddNames(options)
            .AddFirewall()
            .StartMesh()
            .AddDocker(options)
            .AddPlugin(options)
            .AddHostedService<EssentialsService>()
            .AddSingleton<IConnectionListenerFactory, PatientListeners>();
        WebApplication app = builder.Build();
        app.Services.WatchThreads();
        JoinChannels(app.Services);
        app.KeepDoors();
        MapRoutes(app);
        return app;
    }

    /// <summary>Channels join the mesh before the control loop runs, so that no message finds them missing.</summary>
    private static void JoinChannels(IServiceProvider services)
    {
        services.GetService<IAddressAllocation>();
        services.GetService<INameRegistry>();
    }

    private static void MapRoutes(WebApplication app)
    {
        app.MapSurface(Surface.Control, routes =>
        {
            routes.MapControl();
            if (app.Services.GetService<IAddressAllocation>() is not null)
            {
                routes.MapIpam();
            }

            routes.MapNames();
        });
        app.MapSurface(Surface.Control | Surface.Status, routes => routes.MapStatus());
        app.MapSurface(Surface.Metrics, routes => routes.MapMetrics());
        app.MapPlugin();
        app.Run(context => context.Response.ErrorAsync(StatusCodes.Status404NotFound, "404 page not found"));
    }

    private static void OpenDoors(KestrelServerOptions kestrel, DaemonOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1 << 20;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.ListenOn(Surface.Control, options.HttpAddress);
        kestrel.ListenOn(Surface.Status, options.StatusAddress);
        kestrel.ListenOn(Surface.Metrics, options.MetricsAddress);
        if (options.Plugin || options.PluginV2)
        {
            foreach ((Surface surface, string path) in PluginServices.Doors(options))
            {
                kestrel.ListenOn(surface, Surfaces.UnixPath(path) is { } socket ? DriverSockets.Own(socket, DriverSockets.Router) : path);
            }
        }
    }
}
