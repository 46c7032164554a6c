using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Weave.Daemon;

namespace Weave.Tests.Daemon;

public sealed class SurfacesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weave-surfaces").FullName;

    [Fact]
    public async Task A_route_is_reached_only_through_its_doors()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenOn(Surface.Control, Socket("control"));
            kestrel.ListenOn(Surface.Status, "unix://" + Socket("status"));
            kestrel.ListenOn(Surface.Metrics, "");
        });
        builder.Services.AddRoutingCore();
        await using WebApplication app = builder.Build();
        app.MapSurface(Surface.Control | Surface.Status, routes => routes.MapGet("/status", (RequestDelegate)(context => context.Response.WriteAsync("status"))));
        app.MapSurface(Surface.Control, routes => routes.MapGet("/secret", (RequestDelegate)(context => context.Response.WriteAsync("secret"))));
        await app.StartAsync();
        Surfaces.CloseToOthers(Socket("control"), "", "127.0.0.1:6784");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket("control")));

        Assert.Equal("status", await GetAsync("control", "/status"));
        Assert.Equal("status", await GetAsync("status", "/status"));
        Assert.Equal("secret", await GetAsync("control", "/secret"));
        Assert.Equal("404", await GetAsync("status", "/secret"));
    }

    [Fact]
    public void A_socket_left_by_a_killed_process_is_replaced()
    {
        File.WriteAllText(Socket("control"), "");
        KestrelListens("control");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("127.0.0.1")]
    [InlineData("host:6784")]
    public void An_address_that_cannot_be_understood_is_named(string address)
    {
        OptionException failure = Assert.Throws<OptionException>(() => new Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions().ListenOn(Surface.Control, address));
        Assert.Contains($"\"{address}\"", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void KestrelListens(string name)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenOn(Surface.Control, Socket(name)));
        using WebApplicationDisposer app = new(builder.Build());
        app.Start();
    }

    private sealed class WebApplicationDisposer(WebApplication app) : IDisposable
    {
        internal void Start() => app.StartAsync().GetAwaiter().GetResult();

        public void Dispose() => app.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private string Socket(string name) => Path.Combine(_directory, name);

    private async Task<string> GetAsync(string door, string path)
    {
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancel) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket(door)), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using HttpClient client = new(handler);
        using HttpResponseMessage reply = await client.GetAsync(new Uri("http://daemon" + path));
        return reply.StatusCode == HttpStatusCode.OK ? await reply.Content.ReadAsStringAsync() : $"{(int)reply.StatusCode}";
    }
}
