using Microsoft.Win32.SafeHandles;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.Netlink;

/// <summary>The netlink client against the running kernel, with <c>ip</c> as the second witness.</summary>
public sealed class LinksTests : IDisposable
{
    private readonly TestNamespace _host = new();
    private readonly Links _links = new();

    public void Dispose() => _host.Dispose();

    private HostBridge Bridge() => new(_links, new Sysctls(), new Addresses(_links), new Routes(_links), new ArpAnnouncer());

    [Fact]
    public void A_bridge_is_made_as_wanted_and_adopted_the_second_time()
    {
        BridgeSpec spec = new("weave", new MacAddress(0x0200_0000_0001), 1376);
        HostBridge bridge = Bridge();
        _host.Run(() => bridge.Ensure(spec));
        string first = _host.Inside("-d", "link", "show", "weave");
        Assert.Contains("mtu 1376", first, StringComparison.Ordinal);
        Assert.Contains("link/ether 02:00:00:00:00:01", first, StringComparison.Ordinal);
        Assert.Contains(",UP", first, StringComparison.Ordinal);

        _host.Run(() => new Addresses(_links).Add("weave", Ipv4Cidr.Parse("10.32.0.1/12")));
        _host.Run(() => bridge.Ensure(spec));
        Assert.Contains("10.32.0.1/12", _host.Inside("addr", "show", "weave"), StringComparison.Ordinal);
        Assert.Equal("5", _host.Run(() => new Sysctls().Read("net/ipv4/neigh/weave/base_reachable_time")));
        Assert.Equal("0", _host.Run(() => new Sysctls().Read("net/ipv6/conf/weave/accept_ra")) ?? "0");
    }

    [Fact]
    public void A_bridge_can_have_the_largest_mtu_without_ports()
    {
        _host.Run(() => Bridge().Ensure(new BridgeSpec("weave", new MacAddress(0x0200_0000_0001), 65535)));
        Assert.Contains("mtu 65535", _host.Inside("link", "show", "weave"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_veth_pair_keeps_what_is_written_on_it()
    {
        _host.Run(() => _links.CreateVeth(new VethSpec("vethwl1", "vethwg1") { Alias = "weave 10.32.0.1/12 endpoint" }));
        Assert.Contains("alias weave 10.32.0.1/12 endpoint", _host.Inside("link", "show", "vethwl1"), StringComparison.Ordinal);
        Assert.Equal("weave 10.32.0.1/12 endpoint", _host.Run(() => _links.Find("vethwl1")!.Alias));
    }

    [Fact]
    public void A_veth_end_moves_to_a_container_and_is_renamed_there()
    {
        using TestNamespace container = new();
        using SafeFileHandle target = new NetworkNamespaces().Open(container.Path);
        _host.Run(() =>
        {
            _links.CreateBridge("weave");
            _links.CreateVeth(new VethSpec("vethwepl1", "vethwepg1") { MtuBytes = 1410, Master = "weave" });
            _links.DisableTransmitChecksum("vethwepg1");
            _links.Change("vethwepg1", new LinkChange { Namespace = target });
            _links.Change("vethwepl1", new LinkChange { Up = true, Hairpin = true });
        });
        container.Run(() =>
        {
            _links.Change("vethwepg1", new LinkChange { Name = "ethwe", Mac = new MacAddress(0x0200_0000_0002) });
            _links.Change("ethwe", new LinkChange { Up = true });
            new Addresses(_links).Add("ethwe", Ipv4Cidr.Parse("10.32.0.7/12"));
            new Routes(_links).Add("ethwe", Ipv4Cidr.Parse("224.0.0.0/4"));
        });

        string inside = container.Inside("addr", "show", "ethwe");
        Assert.Contains("mtu 1410", inside, StringComparison.Ordinal);
        Assert.Contains("10.32.0.7/12", inside, StringComparison.Ordinal);
        Assert.Contains("02:00:00:00:00:02", inside, StringComparison.Ordinal);
        Assert.Contains("224.0.0.0/4 dev ethwe scope link", container.Inside("route"), StringComparison.Ordinal);
        Assert.Contains("hairpin on", _host.Inside("-d", "link", "show", "vethwepl1"), StringComparison.Ordinal);
        Assert.Contains("clsact", Support.Shell.Run("tc", "-n", _host.Name, "qdisc", "show", "dev", "vethwepl1"), StringComparison.Ordinal);
        Link port = _host.Run(() => _links.Find("vethwepl1"))!;
        Assert.Equal("veth", port.Kind);
        Assert.Equal(_host.Run(() => _links.Find("weave"))!.Index, port.MasterIndex);
        Assert.Equal(container.Run(() => _links.Find("ethwe"))!.Index, port.PeerIndex);
    }

    [Fact]
    public void A_container_is_attached_gets_more_addresses_and_is_detached_with_the_last()
    {
        using TestNamespace container = new();
        ContainerInterfaces interfaces = new(new NetworkNamespaces(), _links, new Addresses(_links), new Routes(_links), new Sysctls(), new ArpAnnouncer());
        AttachSpec first = new(container.Path, "123456789", [Ipv4Cidr.Parse("10.32.0.7/12")]);
        AttachSpec second = first with { Addresses = [Ipv4Cidr.Parse("10.50.0.7/16")] };
        RulesOf rules = new();
        Assert.Contains("did you launch weave?", Assert.Throws<KernelException>(() => _host.Run(() => interfaces.Attach(first, null))).Message, StringComparison.Ordinal);
        _host.Run(() => Bridge().Ensure(new BridgeSpec("weave", new MacAddress(0x0200_0000_0001), 1376)));
        _host.Run(() => interfaces.Attach(first, rules));
        _host.Run(() => interfaces.Attach(first, rules));
        _host.Run(() => interfaces.Attach(second, rules));
        string inside = container.Inside("addr", "show", "ethwe");
        Assert.Contains("10.32.0.7/12", inside, StringComparison.Ordinal);
        Assert.Contains("10.50.0.7/16", inside, StringComparison.Ordinal);
        Assert.Contains("mtu 1376", inside, StringComparison.Ordinal);
        Assert.Contains("224.0.0.0/4 dev ethwe scope link", container.Inside("route"), StringComparison.Ordinal);
        Assert.Equal("1", container.Run(() => new Sysctls().Read("net/ipv4/neigh/ethwe/ucast_solicit")));
        Assert.Contains("vethwepl1234567@", _host.Inside("link"), StringComparison.Ordinal);
        ContainerInterface found = Assert.Single(_host.Run(() => interfaces.OnBridge(container.Path, "weave")));
        Assert.Equal("ethwe", found.Name);
        Assert.Equal(2, found.Addresses.Count);

        _host.Run(() => interfaces.Detach(first, rules));
        Assert.DoesNotContain("10.32.0.7", container.Inside("addr"), StringComparison.Ordinal);
        _host.Run(() => interfaces.Detach(second, rules));
        Assert.DoesNotContain("ethwe", container.Inside("link"), StringComparison.Ordinal);
        Assert.DoesNotContain("vethwepl", _host.Inside("link"), StringComparison.Ordinal);
        Assert.Equal(["ethwe 10.32.0.0/12", "ethwe 10.32.0.0/12", "ethwe 10.32.0.0/12 10.50.0.0/16", "ethwe 10.50.0.0/16", "release ethwe"], rules.Told);
    }

    [Fact]
    public void The_host_has_an_address_on_the_bridge_and_loses_it_again()
    {
        _host.Run(() =>
        {
            Bridge().Ensure(new BridgeSpec("weave", new MacAddress(0x0200_0000_0001), 1376));
            Bridge().AddAddress("weave", Ipv4Cidr.Parse("10.32.0.1/12"), withoutRoute: false);
            Assert.Single(new Routes(_links).List());
            Bridge().AddAddress("weave", Ipv4Cidr.Parse("10.32.0.1/12"), withoutRoute: true);
            Assert.Empty(new Routes(_links).List());
            Assert.True(Bridge().RemoveAddress("weave", Ipv4Cidr.Parse("10.32.0.1/12")));
            Assert.False(Bridge().RemoveAddress("weave", Ipv4Cidr.Parse("10.32.0.1/12")));
        });
    }

    private sealed class RulesOf : IContainerRules
    {
        internal List<string> Told { get; } = [];

        public void Protect(string link, IReadOnlyList<Ipv4Cidr> subnets) => Told.Add($"{link} {string.Join(' ', subnets)}");

        public void Release(string link) => Told.Add($"release {link}");
    }

    [Fact]
    public void A_vxlan_device_takes_its_keys_from_packets_and_learns_nothing()
    {
        _host.Run(() => _links.CreateVxlan(new VxlanSpec("vxlan-6784") { Port = 6784, MtuBytes = 1376 }));
        string shown = _host.Inside("-d", "link", "show", "vxlan-6784");
        Assert.Contains("vxlan external", shown, StringComparison.Ordinal);
        Assert.Contains("dstport 6784", shown, StringComparison.Ordinal);
        Assert.Contains("nolearning", shown, StringComparison.Ordinal);
        Assert.Contains("noudpcsum", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_name_the_link_and_the_reason()
    {
        _host.Run(() => _links.CreateBridge("weave"));
        KernelException twice = Assert.Throws<KernelException>(() => _host.Run(() => _links.CreateBridge("weave")));
        Assert.Equal(Errno.EEXIST, twice.Errno);
        Assert.Equal("create bridge \"weave\": File exists", twice.Message);
        Assert.Null(_host.Run(() => _links.Find("nobody")));
        Assert.False(_host.Run(() => _links.Delete("nobody")));
        KernelException absent = Assert.Throws<KernelException>(() => _host.Run(() => _links.Change("nobody", new LinkChange { Up = true })));
        Assert.Contains("\"nobody\"", absent.Message, StringComparison.Ordinal);
        Assert.Throws<KernelException>(() => _host.Run(() => _links.CreateBridge("a-name-that-is-too-long")));
        Assert.Throws<KernelException>(() => new NetworkNamespaces().Run("/proc/self/nothing", () => 0));
    }

    [Fact]
    public void Addresses_routes_and_neighbours_are_listed_added_and_removed()
    {
        Addresses addresses = new(_links);
        Routes routes = new(_links);
        _host.Run(() =>
        {
            _links.CreateBridge("weave");
            _links.Change("weave", new LinkChange { Up = true });
            Assert.True(addresses.Add("weave", Ipv4Cidr.Parse("10.32.0.1/12")));
            Assert.False(addresses.Add("weave", Ipv4Cidr.Parse("10.32.0.1/12")));
            Assert.True(addresses.Add("weave", Ipv4Cidr.Parse("10.50.0.1/16")));
            Assert.Equal(["10.32.0.1/12", "10.50.0.1/16"], addresses.List("weave").Select(address => address.ToString()));
            routes.Add("weave", Ipv4Cidr.Parse("10.99.0.0/16"), Ipv4Address.Parse("10.32.0.9"));
            routes.Add("weave", Ipv4Cidr.Parse("10.99.0.0/16"), Ipv4Address.Parse("10.32.0.9"));
            Assert.Equal(["10.32.0.0/12", "10.50.0.0/16", "10.99.0.0/16"], routes.List().Select(route => route.Destination.ToString()).Order());
            Assert.Equal("10.32.0.9", routes.Lookup(Ipv4Address.Parse("10.99.1.1"))?.Gateway.ToString());
            Assert.Null(routes.Lookup(Ipv4Address.Parse("8.8.8.8")));
            routes.Remove(routes.List().Single(route => route.Destination.ToString() == "10.99.0.0/16"));
            routes.SetNeighbour("weave", Ipv4Address.Parse("10.32.0.7"), new MacAddress(0x0200_0000_0007));
        });
        Assert.DoesNotContain("10.99", _host.Inside("route"), StringComparison.Ordinal);
        Assert.Contains("10.32.0.7 dev weave lladdr 02:00:00:00:00:07 PERMANENT", _host.Inside("neigh"), StringComparison.Ordinal);
        _host.Run(() =>
        {
            routes.RemoveNeighbour("weave", Ipv4Address.Parse("10.32.0.7"));
            routes.RemoveNeighbour("weave", Ipv4Address.Parse("10.32.0.7"));
            Assert.True(addresses.Remove("weave", Ipv4Cidr.Parse("10.50.0.1/16")));
            Assert.False(addresses.Remove("weave", Ipv4Cidr.Parse("10.50.0.1/16")));
            new ArpAnnouncer().Announce(_links.Find("weave")!, Ipv4Address.Parse("10.32.0.1"));
        });
    }
}
