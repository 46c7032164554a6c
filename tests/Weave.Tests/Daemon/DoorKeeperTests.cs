using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Weave.Daemon;

namespace Weave.Tests.Daemon;

public sealed class DoorKeeperTests
{
    [Theory]
    [InlineData("", null, true)]
    [InlineData("weave", null, true)]
    [InlineData("localhost:6784", null, true)]
    [InlineData("127.0.0.1:6784", null, true)]
    [InlineData("127.0.0.5", null, true)]
    [InlineData("[::1]:6784", null, true)]
    [InlineData("127.0.0.1:6784", "http://localhost:3000", true)]
    [InlineData("127.0.0.1:6784", "https://evil.example", false)] // a page that posts to us
    [InlineData("127.0.0.1:6784", "null", false)] // a page in a sandbox, or from a file
    [InlineData("evil.example:6784", null, false)] // a name that was made to point at 127.0.0.1
    [InlineData("127.0.0.1.evil.example", null, false)]
    [InlineData("10.0.0.1:6784", null, false)]
    public void Pages_of_a_browser_are_told_from_programs_of_this_host(string host, string? origin, bool allowed) =>
        Assert.Equal(allowed, DoorKeeper.IsLocalProgram(host, origin));

    [Theory]
    [InlineData("Origin: https://evil.example\r\n", "Host: localhost", "", "HTTP/1.1 403")]
    [InlineData("", "Host: evil.example", "", "HTTP/1.1 403")]
    [InlineData("", "Host: localhost", "peer=1", "HTTP/1.1 200")]
    [InlineData("Content-Type: multipart/form-data\r\n", "Host: localhost", "peer=1", "HTTP/1.1 400")] // no boundary
    [InlineData("Content-Type: multipart/form-data; boundary=x\r\n", "Host: localhost", "--x\r\nnonsense", "HTTP/1.1 400")]
    [InlineData("Content-Type: application/x-www-form-urlencoded; charset=nope\r\n", "Host: localhost", "peer=1", "HTTP/1.1 200")]
    public async Task What_cannot_be_read_or_comes_from_a_page_gets_an_answer_that_says_so(string header, string host, string body, string status)
    {
        await using WebApplication app = await StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(address).Port, TestContext.Current.CancellationToken);
        string type = header.Contains("Content-Type", StringComparison.Ordinal) ? "" : "Content-Type: application/x-www-form-urlencoded\r\n";
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST /form HTTP/1.1\r\n{host}\r\n{header}{type}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"),
            TestContext.Current.CancellationToken);
        using StreamReader reader = new(client.GetStream());
        Assert.StartsWith(status, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore().AddLogging();
        WebApplication app = builder.Build();
        app.KeepDoors();
        app.Run(async context => await context.Response.WriteAsync($"{(await context.Request.ReadFormAsync()).Count}"));
        await app.StartAsync();
        return app;
    }
}
