using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Weave.Daemon;

/// <summary>Composes the daemon: the only place that knows every part.</summary>
/// <remarks>
/// Parts are hosted services: they start in the order of the lines below and stop in reverse. The doors open when all
/// have started.
/// </remarks>
public static class DaemonHost
{
    /// <summary>Runs until <paramref name="cancel"/> or a signal. The exit status: 0 after a stop that was asked for.</summary>
    /// <exception cref="OptionException">What was asked for cannot be had on this host.</exception>
    public static async Task<int> RunAsync(DaemonOptions options, CancellationToken cancel)
    {
        WebApplication app = Compose(options);
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.RunAsync(cancel).ConfigureAwait(false);
            }
            catch (IOException failure) when (failure.InnerException is AddressInUseException or SocketException)
            {
                throw new OptionException(failure.Message, failure);
            }

            return Environment.ExitCode;
        }
    }

    private static WebApplication Compose(DaemonOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "weave" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => OpenDoors(kestrel, options));
        builder.Services
            .AddRoutingCore()
            .AddSingleton(options)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<ControlLoop>()
            .AddHostedService<ControlLoopService>();
        WebApplication app = builder.Build();
        return app;
    }

    private static void OpenDoors(KestrelServerOptions kestrel, DaemonOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1 << 20;
        kestrel.ListenOn(Surface.Control, options.HttpAddress);
        kestrel.ListenOn(Surface.Status, options.StatusAddress);
        kestrel.ListenOn(Surface.Metrics, options.MetricsAddress);
        if (options.Plugin)
        {
            kestrel.ListenOn(Surface.Plugin, options.PluginSocket);
            kestrel.ListenOn(Surface.PluginMesh, options.PluginMeshSocket);
        }
    }
}
