using Weave.Linux.Netlink;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Netlink;

/// <summary>The port of the bridge through which the overlay is reached, as scripts of the original know it.</summary>
public sealed class BridgePortTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_link_is_found_by_a_second_name_that_it_alone_has()
    {
        using TestNamespace space = new();
        space.Run(() =>
        {
            Links links = new();
            links.CreateVeth(new VethSpec("one", "two"));
            int one = links.Find("one")!.Index;
            Assert.True(LinkAliases.Add(one, "vethwe-bridge"));
            Assert.True(LinkAliases.Add(one, "vethwe-bridge"));
            Assert.False(LinkAliases.Add(links.Find("two")!.Index, "vethwe-bridge"));
            Assert.Equal(one, links.Find("vethwe-bridge")!.Index);
        });
        Assert.Contains("altname vethwe-bridge", space.Inside("link", "show", "one"), StringComparison.Ordinal);
    }

    [Fact]
    public void Hairpin_mode_is_noticed_when_it_is_turned_on_and_listed_afterwards()
    {
        using TestNamespace space = new();
        space.Run(() =>
        {
            Links links = new();
            links.CreateBridge("weave");
            links.CreateVeth(new VethSpec("port", "end") { Master = "weave" });
            links.Change("port", new LinkChange { Up = true }); // of a link that is down nothing is told
            int port = links.Find("port")!.Index;
            using HairpinMonitor monitor = new(TimeSpan.FromMilliseconds(100));
            Assert.Empty(HairpinMonitor.List());
            space.Inside("link", "set", "port", "type", "bridge_slave", "hairpin", "on");
            Eventually.True(Soon, "it is noticed", () => monitor.Wait().Contains(port));
            Assert.Equal([port], HairpinMonitor.List());
            space.Inside("link", "set", "port", "type", "bridge_slave", "hairpin", "off");
            Eventually.True(Soon, "nothing more is heard", () => monitor.Wait().Count == 0);
            Assert.Empty(HairpinMonitor.List());
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("--no-fastdp")]
    public void A_router_says_when_its_port_is_in_hairpin_mode(string flags)
    {
        using BareRouters routers = new(1);
        routers.Start(1, $"--no-dns {flags}");
        BareRouters.In(1, "ip link set vethwe-bridge type bridge_slave hairpin on");
        Eventually.True(Soon, "the log says so", () => routers.Log(1).Contains("Hairpin mode enabled on \"vethwe-bridge\"", StringComparison.Ordinal), () => routers.Log(1));
    }
}
