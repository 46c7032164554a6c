using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Weave.Plugin.Guard;

/// <summary>
/// The role <c>weave plugin-guard</c>: a process that outlives the router and answers Docker while there is none, since
/// Docker waits 15 s and more for each call that nobody answers (docs/adr/0076).
/// </summary>
/// <remarks>
/// 1. Listen on sockets of our own. 2. Watch the router, and send Docker to it or to us. 3. Say that we are ready, by
/// a socket that whoever started us looks for.
/// </remarks>
internal static class GuardHost
{
    /// <param name="directory">Docker's directory of sockets.</param>
    /// <param name="readySocket">Made when the others are there; null for none.</param>
    /// <param name="noRouter">The file of <see cref="RouterMemory"/>; null for a guard that dockerd does not start.</param>
    /// <param name="cancel">Ends it, as does a signal.</param>
    internal static async Task<int> RunAsync(string directory, string? readySocket, string? noRouter, CancellationToken cancel)
    {
        RouterMemory memory = new(noRouter, Console.Error);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        List<Guarded> drivers = [.. new[] { "weave", IpamDriver.Name }.Select(name => new Guarded(Path.Combine(directory, $"{name}.sock"), memory))];
        WebApplication app = Compose(drivers, null);
        await using (app.ConfigureAwait(false))
        {
            await app.StartAsync(ending.Token).ConfigureAwait(false);
            Task watching = Task.WhenAll(drivers.Select(driver => driver.Watch.RunAsync(ending.Token)));
            WebApplication ready = Compose([], readySocket);
            await using (ready.ConfigureAwait(false))
            {
                await ready.StartAsync(ending.Token).ConfigureAwait(false);
                await watching.ConfigureAwait(false);
                await ready.StopAsync(CancellationToken.None).ConfigureAwait(false);
            }

            await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }

        foreach (Guarded driver in drivers)
        {
            driver.Dispose();
        }

        return 0;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }
    }

    private static WebApplication Compose(List<Guarded> drivers, string? readySocket)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "weave" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            foreach (Guarded driver in drivers)
            {
                Listen(kestrel, DriverSockets.Own(driver.Path, DriverSockets.Guard), driver);
            }

            if (readySocket is not null)
            {
                Listen(kestrel, readySocket, null);
            }
        });
        WebApplication app = builder.Build();
        app.Run(context =>
        {
            if (context.Features.Get<Guarded>() is { } driver)
            {
                return driver.Driver.ServeAsync(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, string socket, Guarded? driver)
    {
        File.Delete(socket); // of a guard that was killed
        kestrel.ListenUnixSocket(socket, listen => listen.Use(next => connection =>
        {
            connection.Features.Set(driver);
            return next(connection);
        }));
    }

    private sealed class Guarded : IDisposable
    {
        internal Guarded(string path, RouterMemory memory)
        {
            Path = path;
            Watch = new RouterWatch(path, memory, TimeProvider.System);
            Driver = new GuardedDriver(path, Watch);
        }

        internal string Path { get; }

        internal RouterWatch Watch { get; }

        internal GuardedDriver Driver { get; }

        public void Dispose() => Driver.Dispose();
    }
}
