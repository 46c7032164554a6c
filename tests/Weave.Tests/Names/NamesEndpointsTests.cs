using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Daemon;
using Weave.Names;
using Weave.Persistence;
using Weave.Status;
using Weave.Tests.Core.Names;
using Weave.Tests.Fakes;
using Weave.Tests.Support;

namespace Weave.Tests.Names;

/// <summary>The HTTP routes of names, beside what was recorded from the original.</summary>
public sealed class NamesEndpointsTests : IAsyncLifetime
{
    private static readonly JsonElement Recorded = Vectors.Json("http/plain3.json");

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new();
    private readonly NamesPeer _peer = new(1, 2, 3);
    private Task _loop = Task.CompletedTask;
    private WebApplication? _app;

    public async ValueTask InitializeAsync()
    {
        ControlLoop loop = new(TimeProvider.System);
        NameService names = new(loop, _peer.Database, new NameStore(new MemoryStateStore()), true, new ProblemBoard(TimeProvider.System, NullLogger<ProblemBoard>.Instance), NullLogger.Instance);
        DaemonOptions options = new() { DnsListenAddress = "127.0.0.1:0" };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddSingleton(names)
            .AddSingleton(new FakeHostAddresses().Serve(options, names, TimeProvider.System));
        _app = builder.Build();
        _app.UseRouting();
        _app.MapNames();
        _loop = Task.Run(() => loop.RunAsync(_stop.Token));
        await _app.StartAsync();
        _http.BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app!.DisposeAsync();
        await _stop.CancelAsync();
        await _loop.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    [Fact]
    public async Task Every_recorded_request_gets_the_recorded_reply()
    {
        int compared = 0;
        foreach (JsonElement row in Recorded.EnumerateArray())
        {
            if (row.TryGetProperty("node", out JsonElement node) && node.GetString() == "host1"
                && row.GetProperty("url").GetString() is { } url && (url.StartsWith("/name", StringComparison.Ordinal) || url == "/domain"))
            {
                if (url == "/name" && row.GetProperty("status").GetString() == "HTTP/1.1 200 OK")
                {
                    continue; // names of other hosts: below
                }

                await CompareAsync(row, url);
                compared++;
            }
        }

        Assert.True(compared >= 5, $"{compared} requests compared");
    }

    [Fact]
    public async Task All_names_are_listed_as_recorded()
    {
        JsonElement recorded = Recorded.EnumerateArray().First(row =>
            row.TryGetProperty("url", out JsonElement url) && url.GetString() == "/name"
            && row.GetProperty("status").GetString() == "HTTP/1.1 200 OK");
        _peer.Hear(
            NamesPeer.Entry("web.weave.local.", 2, "10.40.0.0", container: "222222222222" + new string('b', 52)),
            NamesPeer.Entry("db.weave.local.", 3, "10.46.0.0", container: "333333333333" + new string('c', 52)));
        _peer.Register("Web.weave.local.", "10.32.0.1", "111111111111" + new string('a', 52));
        using HttpRequestMessage request = new(HttpMethod.Get, "/name");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using HttpResponseMessage reply = await _http.SendAsync(request);
        Assert.Equal(recorded.GetProperty("body").GetString(), await reply.Content.ReadAsStringAsync());
        Assert.Equal("text/plain; charset=utf-8", reply.Content.Headers.ContentType?.ToString());
    }

    /// <summary>The container of services does this: the server is registered under two of them.</summary>
    [Fact]
    public void The_server_may_be_disposed_of_twice()
    {
        NamesDaemon server = _app!.Services.GetRequiredService<NamesDaemon>();
        server.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task The_address_is_told_as_it_was_given()
    {
        Assert.Equal("127.0.0.1", await _http.GetStringAsync("/dns-address"));
        Assert.Equal("127.0.0.1:0", await _http.GetStringAsync("/dns-address-port"));
    }

    [Fact]
    public async Task An_alias_is_added_listed_and_removed()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await _http.PutAsync("/alias/web.weave.local?fqdn=www.weave.local", null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PutAsync("/alias/example.com?fqdn=www.weave.local", null)).StatusCode);
        Assert.Equal("www.weave.local. web.weave.local.\n", await _http.GetStringAsync("/alias"));
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync("/alias/web.weave.local?fqdn=www.weave.local")).StatusCode);
        Assert.Equal("", await _http.GetStringAsync("/alias"));
    }

    private async Task CompareAsync(JsonElement row, string url)
    {
        using HttpRequestMessage request = new(new HttpMethod(row.GetProperty("method").GetString()!), url);
        string[] options = [.. row.GetProperty("curlOptions").EnumerateArray().Select(option => option.GetString()!)];
        if (options is ["--data-urlencode", { } field])
        {
            string[] pair = field.Split('=', 2);
            request.Content = new FormUrlEncodedContent([new KeyValuePair<string, string>(pair[0], pair[1])]);
        }

        using HttpResponseMessage reply = await _http.SendAsync(request);
        Assert.Equal(row.GetProperty("status").GetString()!.Split(' ')[1], $"{(int)reply.StatusCode}");
        Assert.Equal(row.GetProperty("body").GetString(), await reply.Content.ReadAsStringAsync());
        if (row.GetProperty("headers").TryGetProperty("Content-Type", out JsonElement type))
        {
            Assert.Equal(type.GetString(), reply.Content.Headers.ContentType?.ToString());
        }
    }
}
