using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Daemon;
using Weave.Firewall;
using Weave.Linux.Bpf;
using Weave.Linux.Bridge;
using Weave.Linux.Firewall;
using Weave.Linux.Netlink;
using Weave.Persistence;
using Weave.Status;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Firewall;

/// <summary>What <c>weave expose</c> was asked for, and what may happen to it.</summary>
public sealed class HostFirewallTests : IArpAnnouncer, IExposureOwner, IBridgeDetour, IDisposable
{
    private static readonly Ipv4Cidr First = Ipv4Cidr.Parse("10.32.0.1/12");
    private static readonly Ipv4Cidr Second = Ipv4Cidr.Parse("10.50.0.1/16");

    private readonly DirectoryInfo _proc = Directory.CreateTempSubdirectory("weave-firewall");
    private readonly MemoryStateStore _store = new();
    private readonly ProblemBoard _problems = new(TimeProvider.System, NullLogger<ProblemBoard>.Instance);
    private readonly List<Ipv4Cidr> _forgotten = [];
    private readonly List<Ipv4Address> _announced = [];
    private FakeLinks _links = new();
    private FakeAddresses _addresses;
    private FakeFirewall _rules = new();
    private ContainerBridges? _bridges;
    private BridgedFrames _detour;

    public HostFirewallTests()
    {
        _addresses = new FakeAddresses(_links);
        _links.CreateBridge("weave");
    }

    [Fact]
    public async Task After_a_reboot_what_was_exposed_is_exposed_again_as_it_was()
    {
        using (HostFirewall before = await StartAsync())
        {
            await before.ExposeAsync(First, skipNat: false, default);
            await before.ExposeAsync(Second, skipNat: true, default);
            await before.StopAsync(default);
        }

        string rules = _rules.Save();
        Reboot();
        using HostFirewall after = await StartAsync();
        Assert.Equal([First, Second], _addresses.List("weave"));
        Assert.Equal(rules, _rules.Save());
        Assert.Equal([First.Address, Second.Address, First.Address, Second.Address], _announced);
        Assert.Empty(_forgotten);
        Assert.Empty(_problems.Texts());
        await after.StopAsync(default);
    }

    [Fact]
    public async Task What_was_hidden_stays_hidden()
    {
        using (HostFirewall before = await StartAsync())
        {
            await before.ExposeAsync(First, skipNat: false, default);
            await before.ExposeAsync(Second, skipNat: false, default);
            Assert.True(await before.HideAsync(First, default));
            await before.StopAsync(default);
        }

        Reboot();
        using HostFirewall after = await StartAsync();
        Assert.Equal([Second], _addresses.List("weave"));
        await after.StopAsync(default);
    }

    [Fact]
    public async Task What_was_hidden_while_no_router_ran_is_forgotten_by_everybody()
    {
        using (HostFirewall before = await StartAsync())
        {
            await before.ExposeAsync(First, skipNat: false, default);
            await before.ExposeAsync(Second, skipNat: false, default);
            await before.StopAsync(default);
        }

        _addresses.Remove("weave", First);
        using (HostFirewall after = await StartAsync())
        {
            Assert.Equal([Second], _addresses.List("weave"));
            Assert.Equal([First], _forgotten);
            await after.StopAsync(default);
        }

        Reboot();
        using HostFirewall later = await StartAsync();
        Assert.Equal([Second], _addresses.List("weave"));
        await later.StopAsync(default);
    }

    [Theory]
    [InlineData("taken off the bridge")]
    [InlineData("gone with the bridge, which was made anew")]
    public async Task An_address_that_somebody_took_away_is_back_at_the_next_look(string how)
    {
        FakeTimeProvider time = new();
        using HostFirewall firewall = await StartAsync(time);
        await firewall.ExposeAsync(First, skipNat: false, default);
        if (how == "taken off the bridge")
        {
            _addresses.Remove("weave", First);
        }
        else
        {
            _addresses.Remove("weave", First);
            _links.Delete("weave");
            _links.CreateBridge("weave");
        }

        time.Advance(TimeSpan.FromSeconds(3));
        await firewall.SetAsync([], default); // waits until the look is over, or makes it
        Assert.Equal([First], _addresses.List("weave"));
        Assert.Contains("10.32.0.1/12", Assert.Single(_problems.Texts()), StringComparison.Ordinal);
        await firewall.StopAsync(default);

        _addresses.Remove("weave", First);
        using HostFirewall after = await StartAsync();
        Assert.Equal([First], _forgotten); // the bridge made anew was marked: hidden there is hidden
        await after.StopAsync(default);
    }

    [Fact]
    public async Task Questions_are_not_led_to_where_a_router_before_us_served_names()
    {
        _rules.Restore("*nat\n:WEAVE-DNS - [0:0]\n-A WEAVE-DNS -d 172.17.0.1/32 -p udp -m udp --dport 53 -j DNAT --to-destination 172.31.0.1:53\n-A PREROUTING -j WEAVE-DNS\nCOMMIT\n");
        using HostFirewall firewall = await StartAsync();
        Assert.DoesNotContain("DNAT", _rules.Save(), StringComparison.Ordinal);
        await firewall.StopAsync(default);
    }

    [Fact]
    public async Task What_is_refused_does_not_come_by_itself_some_day()
    {
        using (HostFirewall before = await StartAsync())
        {
            _links.Delete("weave");
            await Assert.ThrowsAsync<FirewallException>(() => before.ExposeAsync(First, skipNat: false, default));
            await before.StopAsync(default);
        }

        Reboot();
        using HostFirewall after = await StartAsync();
        Assert.Empty(_addresses.List("weave"));
        await after.StopAsync(default);
    }

    [Fact]
    public async Task What_was_exposed_waits_for_a_bridge_that_comes_later()
    {
        using (HostFirewall before = await StartAsync())
        {
            await before.ExposeAsync(First, skipNat: true, default);
            await before.StopAsync(default);
        }

        Reboot();
        _links.Delete("weave");
        FakeTimeProvider time = new();
        using HostFirewall after = await StartAsync(time);
        _links.CreateBridge("weave");
        time.Advance(TimeSpan.FromSeconds(3));
        await after.SetAsync([], default);
        Assert.Equal([First], _addresses.List("weave"));
        Assert.DoesNotContain("MASQUERADE", _rules.Save(), StringComparison.Ordinal);
        await after.StopAsync(default);
    }

    [Fact]
    public async Task Addresses_of_a_release_that_stored_none_are_stored_when_they_are_seen()
    {
        _addresses.Add("weave", First);
        using (HostFirewall before = await StartAsync())
        {
            await before.StopAsync(default);
        }

        Reboot();
        using HostFirewall after = await StartAsync();
        Assert.Equal([First], _addresses.List("weave"));
        await after.StopAsync(default);
    }

    [Fact]
    public async Task Frames_pass_the_bridge_while_a_rule_may_be_about_them()
    {
        FakeTimeProvider time = new();
        using HostFirewall firewall = await StartAsync(time);
        Assert.Equal(BridgedFrames.None, _detour);
        _rules.Restore("*mangle\n-A FORWARD -s 10.32.0.7/32 -j DROP\nCOMMIT\n");
        time.Advance(TimeSpan.FromSeconds(1));
        await firewall.SetAsync([], default); // waits until the look is over, or makes it
        Assert.Equal(BridgedFrames.All, _detour);
        await firewall.StopAsync(default);
    }

    public void Dispose()
    {
        _bridges?.Dispose();
        _proc.Delete(recursive: true);
    }

    public void Take(BridgedFrames frames) => _detour = frames;

    public void Announce(Link link, Ipv4Address address) => _announced.Add(address);

    public Task ForgetAsync(Ipv4Cidr address, CancellationToken cancel)
    {
        _forgotten.Add(address);
        return Task.CompletedTask;
    }

    private async Task<HostFirewall> StartAsync(TimeProvider? time = null)
    {
        string filtered = Path.Combine(_proc.FullName, "sys/net/bridge");
        Directory.CreateDirectory(filtered);
        File.WriteAllText(Path.Combine(filtered, "bridge-nf-call-iptables"), "1\n");
        DaemonOptions options = new() { HttpAddress = "127.0.0.1:6784", ProcPath = _proc.FullName };
        time ??= new FakeTimeProvider();
        _bridges?.Dispose();
        _bridges = new ContainerBridges(options, time, NullLogger<ContainerBridges>.Instance);
        ProhibitionWatch prohibitions = new(options, _links, _addresses, this, NullLogger<ProhibitionWatch>.Instance);
        HostFirewall firewall = new(options, _rules, _links, _addresses, this, _bridges, prohibitions, _store, this, null, _problems, time, NullLogger<HostFirewall>.Instance);
        await firewall.StartAsync(default);
        return firewall;
    }

    private void Reboot()
    {
        _links = new FakeLinks();
        _addresses = new FakeAddresses(_links);
        _rules = new FakeFirewall();
        _links.CreateBridge("weave");
    }
}
