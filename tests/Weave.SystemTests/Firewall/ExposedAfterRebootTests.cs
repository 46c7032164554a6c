using Weave.SystemTests.Support;

namespace Weave.SystemTests.Firewall;

/// <summary>Addresses of the host in the container network, with a router in a namespace of its own and <c>ip</c> as the witness.</summary>
public sealed class ExposedAfterRebootTests
{
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(6);

    [Fact]
    public void What_was_exposed_is_back_after_a_reboot_and_when_the_bridge_loses_it_and_what_was_hidden_is_not()
    {
        using BareRouters routers = new(1);
        Start(routers);
        foreach (string address in (string[])["10.32.0.1/16?skipNAT=true", "10.50.0.1/24", "10.60.0.1/24"])
        {
            BareRouters.In(1, $"curl -sf -X POST '127.0.0.1:6784/expose/{address}'");
        }

        BareRouters.In(1, "curl -sf -X DELETE 127.0.0.1:6784/expose/10.60.0.1/24");
        string rules = Rules();
        routers.Stop(1);
        BareRouters.In(1, "ip link del weave; for t in nat mangle filter; do iptables -t $t -F; iptables -t $t -X; done"); // all that a reboot leaves
        Start(routers);
        Assert.Equal("10.32.0.1/16 10.50.0.1/24", Addresses());
        Assert.Equal(rules, Rules());

        BareRouters.In(1, "ip addr flush dev weave scope global");
        Eventually.True(Back, "what was flushed is back", () => Addresses() == "10.32.0.1/16 10.50.0.1/24", () => Addresses() + routers.Log(1));
        routers.Stop(1);
        BareRouters.In(1, "ip addr del 10.50.0.1/24 dev weave"); // as weave hide does when no router runs
        Start(routers);
        Assert.Equal("10.32.0.1/16", Addresses());
    }

    private static void Start(BareRouters routers) => routers.Start(1, "--no-dns --no-fastdp --ipalloc-range=10.32.0.0/12");

    private static string Addresses() => BareRouters.In(1, "ip -4 -o addr show weave | awk '{print $4}' | xargs echo");

    private static string Rules() => BareRouters.In(1, "iptables-save | grep -E 'WEAVE' | sed 's/\\[[0-9:]*\\]//' | sort");
}
