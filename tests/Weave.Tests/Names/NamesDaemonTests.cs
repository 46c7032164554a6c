using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Api;
using Weave.Daemon;
using Weave.Names;
using Weave.Persistence;
using Weave.Tests.Core.Names;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Names;

/// <summary>The server of names goes where its address goes.</summary>
public sealed class NamesDaemonTests : IDisposable
{
    private const string Own = "169.254.53.53";
    private static readonly DaemonOptions Options = new() { DnsListenAddress = "docker0:0" };

    private readonly FakeHostAddresses _host = new();
    private readonly FakeTimeProvider _time = new();
    private readonly NamesPeer _peer = new(1, 2, 3);
    private NamesDaemon? _daemon;

    public NamesDaemonTests() => _host.Links.CreateBridge("lo");

    public void Dispose() => _daemon?.Dispose();

    [Fact]
    public async Task It_follows_the_address_of_dockers_bridge_and_questions_to_the_old_one_are_led_there()
    {
        _host.AddBridge("docker0", "127.0.0.2/32");
        NamesDaemon daemon = await ServeAsync();
        Assert.Equal("127.0.0.2", daemon.ListenHost);
        Assert.Null(_host.Served.Current());
        _host.Remove("docker0", "127.0.0.2/32");
        Assert.Equal("127.0.0.2", daemon.ListenHost); // dockerd is at it
        _host.Add("docker0", "127.0.0.3/32");
        Assert.Equal("127.0.0.3", daemon.ListenHost);
        Assert.Equal("127.0.0.3", daemon.LocalEndPoint.Address.ToString());
        Assert.Equal("127.0.0.3 for 127.0.0.2", Redirection());
        _host.Remove("docker0", "127.0.0.3/32");
        _host.Add("docker0", "127.0.0.4/32");
        Assert.Equal("127.0.0.4 for 127.0.0.3 127.0.0.2", Redirection());
        Assert.Empty(_host.Problems.Texts());
    }

    [Fact]
    public async Task What_containers_were_given_is_known_after_a_reboot()
    {
        _host.AddBridge("docker0", "127.0.0.2/32");
        (await ServeAsync()).Dispose();
        FakeHostAddresses rebooted = new() { Store = _host.Store };
        rebooted.AddBridge("docker0", "127.0.0.3/32");
        using NamesDaemon daemon = rebooted.Serve(Options, Names(), _time);
        Assert.Equal("127.0.0.3", daemon.ListenHost);
        Assert.Equal([Ipv4Address.Parse("127.0.0.2")], rebooted.Served.Current()!.Former);
    }

    [Fact]
    public async Task An_address_that_somebody_else_may_have_by_now_is_left_to_them_and_it_is_said()
    {
        _host.AddBridge("docker0", "127.0.0.2/32");
        await ServeAsync();
        _host.Remove("docker0", "127.0.0.2/32");
        _host.Add("docker0", "127.0.0.3/24");
        Assert.Equal("127.0.0.3 for ", Redirection());
        Assert.Contains("must be made anew", Assert.Single(_host.Problems.Texts()), StringComparison.Ordinal);
        Assert.Equal(["127.0.0.3"], _host.Store.Get(StateKeys.DnsAddresses, NamesJson.Default.ListString)); // it was said once
    }

    [Fact]
    public async Task Without_dockers_bridge_its_gateway_bridge_serves_and_without_that_an_address_of_our_own()
    {
        NamesDaemon daemon = await ServeAsync();
        Assert.Equal(Own, daemon.ListenHost);
        Assert.Equal([DnsFallback.Own], _host.Addresses.List("lo"));
        _host.AddBridge("docker_gwbridge", "127.0.0.5/32");
        Assert.Equal(Own, daemon.ListenHost);
        _time.Advance(NamesDaemon.Grace);
        Assert.Equal("127.0.0.5", daemon.ListenHost);
        Assert.Equal($"127.0.0.5 for {Own}", Redirection());
        _host.AddBridge("docker0", "127.0.0.2/32");
        Assert.Equal("127.0.0.2", daemon.ListenHost);
        _host.Remove("docker0", "127.0.0.2/32");
        _time.Advance(NamesDaemon.Grace);
        Assert.Equal("127.0.0.5", daemon.ListenHost);
    }

    [Fact]
    public async Task An_address_that_was_given_stays()
    {
        _host.AddBridge("docker0", "127.0.0.2/32");
        NamesDaemon daemon = await ServeAsync(Options with { DnsListenAddress = "127.0.0.1:0" });
        _host.Remove("docker0", "127.0.0.2/32");
        _time.Advance(NamesDaemon.Grace);
        Assert.Equal("127.0.0.1:0", daemon.ListenAddress);
        Assert.Null(_host.Served.Current());
    }

    [Theory]
    [InlineData("docker0:53", "docker0", "0.0.0.0:53")]
    [InlineData("172.17.0.1:53", "", "172.17.0.1:53")]
    [InlineData(":53", "", "0.0.0.0:53")]
    [InlineData("[::1]:53", "", "[::1]:53")]
    public void A_place_is_an_address_or_a_link(string text, string link, string address)
    {
        DnsPlace place = DnsPlace.Parse(text);
        Assert.Equal(link, place.Link);
        Assert.Equal(address, place.Fixed.ToString());
    }

    [Theory]
    [InlineData("docker0")]
    [InlineData("a-name-that-is-too-long:53")]
    [InlineData("docker0:x")]
    public void What_is_neither_is_refused(string text) =>
        Assert.Contains($"\"{text}\"", Assert.Throws<OptionException>(() => DnsPlace.Parse(text)).Message, StringComparison.Ordinal);

    private string Redirection() => _host.Served.Current() is { } found ? $"{found.Present} for {string.Join(' ', found.Former)}" : "";

    private async Task<NamesDaemon> ServeAsync(DaemonOptions? options = null)
    {
        _daemon = _host.Serve(options ?? Options, Names(), _time);
        await _daemon.StartAsync(default);
        return _daemon;
    }

    private NameService Names() =>
        new(new ControlLoop(_time), _peer.Database, new NameStore(new MemoryStateStore()), true, _host.Problems, NullLogger.Instance);
}
