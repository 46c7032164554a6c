using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Weave.Daemon;
using Weave.Ipam;
using Weave.Linux.NetNs;
using Weave.Linux.Netlink;
using Weave.Persistence;
using Weave.Plugin;
using Weave.Tests.Fakes;

namespace Weave.Tests.Plugin;

/// <summary>Both plugin sockets of a daemon whose host exists only in memory.</summary>
internal sealed class PluginHost : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weave-plugin").FullName;
    private readonly WebApplication _app;

    private PluginHost(IStateStore store, FakeLinks links, FakeSysctls sysctls, TimeProvider? time)
    {
        Options = new DaemonOptions { Plugin = true, DockerApi = "", PluginSocket = $"{_directory}/weave.sock", PluginMeshSocket = $"{_directory}/weavemesh.sock" };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenOn(Surface.Plugin, DriverSockets.Own(Options.PluginSocket, DriverSockets.Router));
            kestrel.ListenOn(Surface.PluginMesh, DriverSockets.Own(Options.PluginMeshSocket, DriverSockets.Router));
        });
        builder.Services.AddRoutingCore().AddLogging().AddSingleton(Options).AddSingleton(time ?? TimeProvider.System).AddSingleton(store)
            .AddSingleton<ILinks>(links).AddSingleton<IRoutes>(Routes).AddSingleton<INetworkNamespaces, FakeNamespaces>().AddSingleton<ISysctls>(sysctls)
            .AddSingleton<IAddressAllocation>(Allocation).AddPlugin(Options);
        _app = builder.Build();
        _app.MapPlugin();
        Links = links;
    }

    internal DaemonOptions Options { get; }

    internal FakeLinks Links { get; }

    internal FakeRoutes Routes { get; } = new();

    internal FakeAllocation Allocation { get; } = new();

    internal EndpointTable Endpoints => _app.Services.GetRequiredService<EndpointTable>();

    internal EngineFacts Engine => _app.Services.GetRequiredService<EngineFacts>();

    internal static async Task<PluginHost> StartAsync(
        IStateStore? store = null, FakeLinks? links = null, FakeSysctls? sysctls = null, TimeProvider? time = null)
    {
        links ??= new FakeLinks();
        if (links.Find("weave") is null)
        {
            links.CreateBridge("weave");
        }

        PluginHost host = new(store ?? new MemoryStateStore(), links, sysctls ?? new FakeSysctls(), time);
        await host._app.StartAsync();
        return host;
    }

    /// <summary>A call as Docker makes it: POST, no content type.</summary>
    internal async Task<(int Status, string? ContentType, string Body)> CallAsync(string socket, string path, string body)
    {
        using HttpClient http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_directory, socket)), cancel);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        using HttpResponseMessage answer = await http.PostAsync(new Uri($"http://plugin{path}"), content);
        return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A call to the mesh socket that must succeed.</summary>
    internal async Task<JsonElement> OkAsync(string path, string body)
    {
        (int status, _, string answer) = await CallAsync("weavemesh.sock", path, body);
        Assert.True(status == 200, answer);
        return JsonDocument.Parse(answer).RootElement;
    }

    /// <summary>A call to the mesh socket that must fail; the reason.</summary>
    internal async Task<string> FailAsync(string path, string body, string socket = "weavemesh.sock")
    {
        (int status, _, string answer) = await CallAsync(socket, path, body);
        Assert.True(status == 500, answer);
        JsonElement error = JsonDocument.Parse(answer).RootElement;
        Assert.Equal(error.GetProperty("Err").GetString(), error.GetProperty("Error").GetString());
        return error.GetProperty("Err").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Assert.Empty(Directory.GetFiles(_directory)); // sockets vanish with the daemon
        Directory.Delete(_directory, recursive: true);
    }
}
