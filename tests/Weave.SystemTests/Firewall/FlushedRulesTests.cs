using System.Diagnostics;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Firewall;

/// <summary>Must-never-happen 14, with a router in a namespace of its own: whatever becomes of the rules, ours are back within 5 s.</summary>
public sealed class FlushedRulesTests
{
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("nft", "iptables-nft -F; iptables-nft -t nat -F")]
    [InlineData("nft", "nft flush ruleset; ipset destroy")] // as services that load a whole rule set anew
    [InlineData("nft", "for t in nat mangle filter; do iptables-nft -t $t -F; iptables-nft -t $t -X; done; iptables-nft -N DOCKER; iptables-nft -P FORWARD DROP")]
    [InlineData("legacy", "iptables-legacy -F; iptables-legacy -t nat -F")]
    [InlineData("legacy", "for t in nat mangle filter; do iptables-legacy -t $t -F; iptables-legacy -t $t -X; done; ipset destroy")]
    [InlineData("legacy", "iptables-legacy -t nat -F; ipset flush weaver-no-masq-local")]
    public void Rules_and_sets_that_are_flushed_or_replaced_are_put_back(string kind, string damage)
    {
        using BareRouters routers = Exposed(kind);
        string before = Rules(kind);
        BareRouters.In(1, damage);
        Assert.NotEqual(before, Rules(kind));
        Eventually.True(Back, "our rules are back", () => Rules(kind) == before, () => $"{before}\nnow\n{Rules(kind)}\n{routers.Log(1)}");
    }

    [Fact]
    public void A_held_lock_of_iptables_delays_them_only_as_long_as_it_is_held()
    {
        using BareRouters routers = Exposed("legacy");
        string before = Rules("legacy");
        using (Process holder = Process.Start("flock", [routers.Lock, "sleep", "8"]))
        {
            BareRouters.In(1, "iptables-legacy -F; iptables-legacy -t nat -F"); // by the machine's own lock
            Assert.True(holder.WaitForExit(Soon));
        }

        Eventually.True(Back, "our rules are back", () => Rules("legacy") == before, () => $"{before}\nnow\n{Rules("legacy")}\n{routers.Log(1)}");
        Assert.Equal("200", BareRouters.In(1, "curl -s -o /dev/null -w '%{http_code}' 127.0.0.1:6782/status"));
    }

    /// <summary>Status and metrics are closed like the control port where packets from outside may go to 127.0.0.1.</summary>
    [Fact]
    public void Doors_on_the_loopback_address_are_closed_to_other_hosts_even_with_route_localnet()
    {
        using BareRouters routers = new(2);
        routers.Start(1, "--no-dns --metrics-addr=127.0.0.1:6780");
        BareRouters.In(1, "sysctl -qw net.ipv4.conf.all.route_localnet=1");
        string other = BareRouters.In(1, "timeout 60 socat TCP-LISTEN:6799,bind=127.0.0.1,fork,reuseaddr OPEN:/dev/null >/dev/null 2>&1 & echo $!");
        BareRouters.In(1, "for port in 6780 6782 6784 6799; do iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 1$port -j DNAT --to-destination 127.0.0.1:$port; done");
        Assert.Equal("closed closed closed open", BareRouters.In(2, $"for port in 6780 6782 6784 6799; do socat -u -T 1 OPEN:/dev/null TCP:{BareRouters.AddressOf(1)}:1$port,connect-timeout=1 >/dev/null 2>&1 && echo open || echo closed; done | xargs"));
        Shell.Run("kill", other);
    }

    /// <summary>A router with an exposed address, on a host whose rules are of this kind.</summary>
    private static BareRouters Exposed(string kind)
    {
        BareRouters routers = new(1);
        BareRouters.In(1, $"iptables-{kind} -N DOCKER"); // by this chain the kind is recognised
        routers.Start(1, "--no-dns --ipalloc-range=10.32.0.0/12 --ipalloc-init=seed=00:00:00:00:00:01 --no-masq-local --no-fastdp");
        BareRouters.In(1, "curl -sf -X POST 127.0.0.1:6784/ip/weave:expose && curl -sf -X POST 127.0.0.1:6784/expose/10.32.0.1/12");
        Eventually.True(
            Soon,
            "rules and set are there",
            () => Rules(kind) is var rules && rules.Contains("MASQUERADE", StringComparison.Ordinal) && rules.Contains("add weaver-no-masq-local 10.32.0.0/12", StringComparison.Ordinal),
            () => Rules(kind) + routers.Log(1));
        return routers;
    }

    /// <summary>Ours alone; what others wrote may be gone.</summary>
    private static string Rules(string kind) =>
        BareRouters.In(1, $"{{ iptables-{kind}-save; ipset save; }} 2>/dev/null | grep -i weave | sed 's/\\[.*//; s/ hash:net.*//' | sort");
}
