using Weave.SystemTests.Support;

namespace Weave.SystemTests.Firewall;

/// <summary>What the administrator forbids between containers holds although frames could skip the bridge, whatever it is written in.</summary>
public sealed class ProhibitionsTests
{
    private const string From = "10.32.1.1";
    private const string To = "10.32.1.2";
    private const string Rule = $"-s {From} -d {To} -j DROP";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(5);

    private static readonly (int Host, string Forbid, string Allow)[] Ways =
    [
        (1, $"iptables -I DOCKER-USER {Rule}", $"iptables -D DOCKER-USER {Rule}"),
        (1, $"iptables -I FORWARD 1 {Rule}", $"iptables -D FORWARD {Rule}"),
        (2, $"iptables-legacy -A FORWARD {Rule}", $"iptables-legacy -D FORWARD {Rule}"),
        (2, "nft add table bridge mine && nft 'add chain bridge mine fw { type filter hook forward priority 0; policy accept; }' && nft add rule bridge mine fw ip daddr " + To + " drop", "nft delete table bridge mine"),
        (1, "nft add table inet mine && nft 'add chain inet mine pre { type filter hook prerouting priority -300; policy accept; }' && nft add rule inet mine pre ip daddr " + To + " reject", "nft delete table inet mine"),
    ];

    [Fact]
    public void A_rule_holds_soon_after_it_is_made_and_traffic_is_fast_again_without_it()
    {
        using BareRouters routers = Mesh();
        foreach ((int host, string forbid, string allow) in Ways)
        {
            Eventually.True(Soon, $"frames skip the bridge before {forbid}", SkipTheBridge, routers.Describe);
            BareRouters.In(host, forbid);
            Eventually.True(Holds, forbid, () => !BareRouters.Reaches(1, To), routers.Describe);
            Assert.False(BareRouters.Reaches(1, To), $"goes on: {forbid}\n{routers.Describe()}");
            BareRouters.In(host, allow);
            Eventually.True(Holds, allow, () => BareRouters.Reaches(1, To), routers.Describe);
        }

        // Somebody gets in front of the jump to DOCKER-USER, and what is forbidden there still is.
        BareRouters.In(1, $"iptables -I DOCKER-USER {Rule} && iptables -I FORWARD 1 -p tcp --dport 1 -j ACCEPT");
        Eventually.True(Holds, "forbidden", () => !BareRouters.Reaches(1, To), routers.Describe);
        Eventually.True(Holds, "our rules are looked at", () => BareRouters.In(1, "iptables -S FORWARD").Contains("weave", StringComparison.Ordinal));
        Assert.False(BareRouters.Reaches(1, To), BareRouters.In(1, "iptables -S FORWARD"));
    }

    /// <summary>Each flow of containers has a source port of its own in the tunnel.</summary>
    [Fact]
    public void The_tunnel_leaves_no_connections_behind_in_the_kernel_unless_a_rule_asks_for_them()
    {
        using BareRouters routers = Mesh();
        Eventually.True(Soon, "frames skip the bridge", SkipTheBridge, routers.Describe);
        Eventually.True(Holds, "the tunnel is not tracked", () => Tracked() == "0", routers.Describe);
        BareRouters.In(1, "iptables -A INPUT -p udp -m state --state NEW --dport 6784 -j ACCEPT");
        Eventually.True(Holds, "the tunnel is tracked", () => Tracked() != "0", routers.Describe);
    }

    private static string Tracked()
    {
        BareRouters.TryIn(1, "conntrack -D -p udp --dport 6784 2>/dev/null");
        BareRouters.Reaches(1, To);
        return BareRouters.In(1, "conntrack -L -p udp --dport 6784 2>/dev/null | wc -l");
    }

    private static bool SkipTheBridge()
    {
        string before = Direct();
        return BareRouters.Reaches(1, To) && BareRouters.Reaches(1, To) && Direct() != before;
    }

    private static string Direct() => BareRouters.In(1, "curl -sf -m 5 127.0.0.1:6782/metrics | grep delivered_direct");

    private static BareRouters Mesh()
    {
        BareRouters routers = new(2);
        BareRouters.In(1, "iptables -N DOCKER && iptables -N DOCKER-USER && iptables -A FORWARD -j DOCKER-USER");
        BareRouters.In(2, "iptables -N DOCKER");
        routers.Start(1, "--no-dns --ipalloc-range=10.32.0.0/12");
        routers.Start(2, $"--no-dns --ipalloc-range=10.32.0.0/12 {BareRouters.AddressOf(1)}");
        Eventually.True(Soon, "the fast path is there", () => BareRouters.Connections(1).Contains("established fastdp", StringComparison.Ordinal), routers.Describe);
        BareRouters.Container(1, $"{From}/12");
        BareRouters.Container(2, $"{To}/12");
        return routers;
    }
}
