using System.Net.Sockets;
using System.Text;
using Weave.Plugin;
using Weave.Plugin.Guard;

namespace Weave.Tests.Plugin;

/// <summary>What Docker finds at the name of a driver, whoever lives.</summary>
public sealed class GuardTests
{
    [Theory]
    [InlineData("weavemesh", "/Plugin.Activate", """{"Implements":["NetworkDriver","IpamDriver"]}""")]
    [InlineData("weave", "/Plugin.Activate", """{"Implements":["NetworkDriver"]}""")]
    [InlineData("weave", "/NetworkDriver.GetCapabilities", """{"Err":"","Scope":"global","ConnectivityScope":""}""")]
    [InlineData("weavemesh", "/NetworkDriver.Leave", "{}")]
    [InlineData("weavemesh", "/IpamDriver.ReleaseAddress", "{}")]
    [InlineData("weavemesh", "/IpamDriver.RequestAddress", null)]
    [InlineData("weavemesh", "/NetworkDriver.ProgramExternalConnectivity", null)]
    public void What_tears_down_is_answered_and_what_builds_up_is_not(string driver, string call, string? answer) =>
        Assert.Equal(answer, GuardAnswers.For(driver, call));

    [Fact]
    public async Task Docker_is_sent_to_whoever_lives()
    {
        string directory = Directory.CreateTempSubdirectory("weave-guard").FullName;
        string path = Path.Combine(directory, "weavemesh.sock");
        using CancellationTokenSource ending = new();
        Task<int> guard = GuardHost.RunAsync(directory, Path.Combine(directory, "ready.sock"), null, ending.Token);
        try
        {
            await UntilAsync(() => DriverSockets.PointsTo(path, DriverSockets.Guard) && File.Exists(Path.Combine(directory, "ready.sock")));
            Assert.Contains("200 OK", await CallAsync(path, "NetworkDriver.Leave"), StringComparison.Ordinal);
            Assert.Contains("404", await CallAsync(path, "NetworkDriver.Nonsense"), StringComparison.Ordinal);
            Assert.Contains(GuardAnswers.Refusal, await CallAsync(path, "NetworkDriver.CreateNetwork"), StringComparison.Ordinal);

            string own = DriverSockets.Own(path, DriverSockets.Router);
            using (Socket router = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                router.Bind(new UnixDomainSocketEndPoint(own));
                router.Listen();
                using Socket watcher = await router.AcceptAsync();
                for (int signs = 0; signs < 2; signs++)
                {
                    await AnswerAsync(watcher);
                    await UntilAsync(() => DriverSockets.PointsTo(path, DriverSockets.Router));
                }

                // It is frozen: it holds the connection and says nothing.
                await UntilAsync(() => DriverSockets.PointsTo(path, DriverSockets.Guard));
                Assert.Contains(GuardAnswers.SilentRefusal, await CallAsync(path, "NetworkDriver.CreateNetwork"), StringComparison.Ordinal);
                Assert.Contains("200 OK", await CallAsync(path, "NetworkDriver.Leave"), StringComparison.Ordinal);

                // It wakes, and is told what tore down meanwhile before Docker comes again.
                await AnswerAsync(watcher);
                using Socket late = await router.AcceptAsync();
                byte[] text = new byte[1024];
                Assert.Contains("POST /NetworkDriver.Leave", Encoding.ASCII.GetString(text, 0, await late.ReceiveAsync(text)), StringComparison.Ordinal);
                Assert.True(DriverSockets.PointsTo(path, DriverSockets.Guard));
                await late.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray());
                await UntilAsync(() => DriverSockets.PointsTo(path, DriverSockets.Router));
            }

            await UntilAsync(() => DriverSockets.PointsTo(path, DriverSockets.Guard)); // it was killed, so it seems
            DriverSockets.PointTo(path, DriverSockets.Router);
            DriverSockets.Withdraw(path);
            Assert.True(DriverSockets.PointsTo(path, DriverSockets.Guard));
        }
        finally
        {
            await ending.CancelAsync();
            Assert.Equal(0, await guard);
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Without_a_guard_nothing_is_left_behind()
    {
        string directory = Directory.CreateTempSubdirectory("weave-guard").FullName;
        string path = Path.Combine(directory, "weave.sock");
        DriverSockets.PointTo(path, DriverSockets.Router);
        DriverSockets.Withdraw(path);
        Assert.Null(new FileInfo(path).LinkTarget);
        Directory.Delete(directory, recursive: true);
    }

    private static async Task AnswerAsync(Socket watcher)
    {
        byte[] question = new byte[1024];
        Assert.Contains("GET /alive", Encoding.ASCII.GetString(question, 0, await watcher.ReceiveAsync(question)), StringComparison.Ordinal);
        await watcher.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
    }

    private static async Task<string> CallAsync(string path, string call)
    {
        using Socket socket = DriverSockets.Connect(path);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /{call} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}"));
        using NetworkStream stream = new(socket);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync(); // the guard closes each connection
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using PeriodicTimer often = new(TimeSpan.FromMilliseconds(10));
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await often.WaitForNextTickAsync(limit.Token);
        }
    }
}
