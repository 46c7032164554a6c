using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Mesh;
using Weave.Persistence;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Mesh;

/// <summary>Two mesh services on the loopback interface, with real sockets.</summary>
public sealed class MeshServiceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(null, 2)]
    [InlineData("secret", 2)]
    [InlineData("secret", 1)]
    public async Task Two_peers_meet_and_establish_a_connection(string? password, int version)
    {
        await using Host first = await Host.StartAsync(1, password, version);
        await using Host second = await Host.StartAsync(2, password, 2, $"127.0.0.1:{first.Port}");

        MeshStatus status = await second.UntilAsync(state => state.Connections is [{ Established: true }] && state.UnicastRoutes.Count == 2, "established");

        Assert.Equal(version, status.Connections[0].ProtocolVersion);
        Assert.Equal(password is null ? null : true, status.Connections[0].Encrypted);
        Assert.Equal(["127.0.0.1:" + first.Port], status.Targets);
        await first.UntilAsync(state => state.Peers.Count == 2 && state.UnicastRoutes.Count == 2, "known at the other end");
        if (version == 2)
        {
            Assert.Contains("control 7 0001", first.Overlay.Calls); // version 1 has no overlay switch to send it to
        }

        Assert.Equal([$"127.0.0.1:{first.Port}"], second.Store.Get(StateKeys.DirectPeers, MeshJson.Default.ListString));
    }

    [Theory]
    [InlineData("127.0.0.1:1", "127.0.0.1:2")] // connected by command since
    [InlineData("127.0.0.1:3", "127.0.0.1:3")] // others are given now
    public async Task A_service_that_starts_again_with_the_same_peers_keeps_what_it_was_asked_for_since(string given, string expected)
    {
        string folder = Directory.CreateTempSubdirectory("weave-mark").FullName;
        try
        {
            string mark = $"{folder}/launched";
            await using (Host first = await Host.StartAsync(1, null, 2, "127.0.0.1:1", mark: mark))
            {
                Assert.Equal(["127.0.0.1:1"], (await first.Service.StatusAsync(default)).Targets);
            }

            await using Host second = await Host.StartAsync(1, null, 2, given, stored: ["127.0.0.1:2"], mark: mark);
            Assert.Equal([expected], (await second.Service.StatusAsync(default)).Targets);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_wrong_password_shows_in_status_and_leaves_nobody_connected()
    {
        await using Host first = await Host.StartAsync(1, "one", 2);
        await using Host second = await Host.StartAsync(2, "two", 2, $"127.0.0.1:{first.Port}");
        MeshStatus status = await second.UntilAsync(state => state.Attempts is [{ LastError: not null }], "refused");
        Assert.Empty(status.Connections);
        Assert.NotEqual(0, status.TerminationCount);
    }

    [Fact]
    public async Task A_peer_that_stops_is_forgotten_and_dialled_again()
    {
        await using Host first = await Host.StartAsync(1, null, 2);
        await using (Host second = await Host.StartAsync(2, null, 2))
        {
            Assert.Empty(await first.Service.ConnectAsync([$"127.0.0.1:{second.Port}"], false, default));
            await first.UntilAsync(state => state.Connections is [{ Established: true }], "established");
        }

        MeshStatus status = await first.UntilAsync(state => state.Connections.All(connection => connection.Lingering), "gone");
        Assert.Contains("linger", first.Overlay.Calls);
        Assert.Equal(1, status.TerminationCount);
    }

    [Fact]
    public async Task Data_to_a_peer_that_was_forgotten_ends_with_its_connection()
    {
        await using Host first = await Host.StartAsync(1, null, 2);
        await using (Host second = await Host.StartAsync(2, null, 2))
        {
            string target = $"127.0.0.1:{second.Port}";
            Assert.Empty(await first.Service.ConnectAsync([target], false, default));
            await first.UntilAsync(state => state.Connections is [{ Established: true }], "established");
            await first.Service.ForgetAsync([target], default);
        }

        await first.UntilAsync(state => state.Connections.Count == 0, "gone");
        Assert.DoesNotContain("linger", first.Overlay.Calls);
    }

    [Fact]
    public async Task What_is_no_target_is_named_and_the_others_are_taken()
    {
        await using Host host = await Host.StartAsync(1, null, 2);
        IReadOnlyList<string> problems = await host.Service.ConnectAsync(["10.255.0.1", ":1", "127.0.0.1:x y", "a.b:99999"], false, default);
        Assert.Equal(
            ["invalid peer name \":1\", should be host[:port]", "invalid peer name \"127.0.0.1:x y\", should be host[:port]", "address 99999: invalid port"],
            problems);
        Assert.Equal(["10.255.0.1"], (await host.Service.StatusAsync(default)).Targets);
        await host.Service.ForgetAsync(["10.255.0.1"], default);
        Assert.Empty((await host.Service.StatusAsync(default)).Targets);
    }

    /// <summary>The name server is away while the host starts: what was wanted stays so, and the good ones are connected.</summary>
    [Fact]
    public async Task A_restart_keeps_the_peers_whose_names_cannot_be_looked_up()
    {
        await using Host first = await Host.StartAsync(1, null, 2);
        string[] stored = [$"127.0.0.1:{first.Port}", "nobody.invalid", "nobody.invalid:7000"];
        await using Host second = await Host.StartAsync(2, null, 2, stored: stored);
        MeshStatus status = await second.UntilAsync(state => state.Connections is [{ Established: true }] && state.Attempts.Count(attempt => attempt.LastError is not null) == 2, "established, and asked for the names");
        Assert.Equal(stored.Order(StringComparer.Ordinal), status.Targets);
        Assert.Equal(stored.Order(StringComparer.Ordinal), second.Store.Get(StateKeys.DirectPeers, MeshJson.Default.ListString));
        Assert.Equal(["nobody.invalid", "nobody.invalid:7000"], status.Attempts.Where(attempt => attempt.LastError is not null).Select(attempt => attempt.Address));
    }

    [Fact]
    public async Task A_name_that_nobody_can_look_up_is_named_and_one_that_was_wanted_before_stays()
    {
        await using Host host = await Host.StartAsync(1, null, 2, stored: ["nobody.invalid"]);
        IReadOnlyList<string> problems = await host.Service.ConnectAsync(["10.255.0.1", "nobody.invalid", "another.invalid"], true, default);
        Assert.Equal(["lookup nobody.invalid: no such host", "lookup another.invalid: no such host"], problems);
        Assert.Equal(["10.255.0.1", "nobody.invalid"], (await host.Service.StatusAsync(default)).Targets);
    }

    [Fact]
    public async Task A_first_launch_says_that_its_only_peer_has_a_name_that_nobody_knows()
    {
        OptionException failure = await Assert.ThrowsAsync<OptionException>(() => Host.StartAsync(1, null, 2, "nobody.invalid"));
        Assert.Equal("lookup nobody.invalid: no such host", failure.Message);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said()
    {
        await using Host first = await Host.StartAsync(1, null, 2);
        OptionException failure = await Assert.ThrowsAsync<OptionException>(() => Host.StartAsync(2, null, 2, port: first.Port));
        Assert.StartsWith($"listen tcp 127.0.0.1:{first.Port}:", failure.Message, StringComparison.Ordinal);
    }

    private sealed class Host : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _running = Task.CompletedTask;

        private Host(int number, string? password, int version, int port, string[] peers, string[]? stored, string mark)
        {
            Port = port;
            Loop = new ControlLoop(TimeProvider.System);
            Overlay = new FakeOverlayManager(Loop);
            MeshOptions options = new()
            {
                Self = new PeerName((ulong)number),
                Uid = (ulong)number,
                ShortId = new ShortId((ushort)number),
                Password = password,
                MaxProtocolVersion = (byte)version,
                Discovery = false,
                OverlayFeatures = new Dictionary<string, string> { ["Overlays"] = "sleeve" },
            };
            MeshRouter router = new(options, new KernelRandom(), Loop.Now);
            DaemonOptions daemon = new() { Host = "127.0.0.1", Port = port, Peers = peers, Resume = stored is not null && mark.Length == 0, RestartMark = mark };
            if (stored is not null)
            {
                Store.Put(StateKeys.DirectPeers, [.. stored], MeshJson.Default.ListString);
            }

            Service = new MeshService(Loop, router, Overlay, Store, daemon, TimeProvider.System, NullLogger<MeshService>.Instance);
        }

        internal ControlLoop Loop { get; }

        internal int Port { get; }

        internal MeshService Service { get; }

        internal FakeOverlayManager Overlay { get; }

        internal MemoryStateStore Store { get; } = new();

        internal static async Task<Host> StartAsync(int number, string? password, int version, string? peer = null, int port = 0, string[]? stored = null, string mark = "")
        {
            Host host = new(number, password, version, port == 0 ? FreePort() : port, peer is null ? [] : [peer], stored, mark);
            host._running = Task.Run(() => host.Loop.RunAsync(host._stop.Token));
            await host.Service.StartAsync(default);
            return host;
        }

        internal async Task<MeshStatus> UntilAsync(Func<MeshStatus, bool> holds, string what)
        {
            using CancellationTokenSource limit = new(Patience);
            while (true)
            {
                MeshStatus status = await Service.StatusAsync(default);
                if (holds(status))
                {
                    return status;
                }

                Assert.False(limit.IsCancellationRequested, $"not {what}: {status}");
                await Task.Yield();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Service.StopAsync(default);
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Service.Dispose();
            _stop.Dispose();
        }

        private static int FreePort()
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return ((IPEndPoint)probe.LocalEndPoint!).Port;
        }
    }
}
