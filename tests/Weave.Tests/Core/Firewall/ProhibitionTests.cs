using Weave.Core.Firewall;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Firewall;

/// <summary>Which rules of a host are about frames between containers, and which are none of theirs.</summary>
public sealed class ProhibitionTests
{
    private static readonly BridgedTraffic Traffic = new()
    {
        Ports = new HashSet<string> { "vethwepl1", "vxlan-6784" },
        Containers = [Ipv4Cidr.Parse("10.32.0.0/12")],
        Elsewhere = [Ipv4Cidr.Parse("172.17.0.0/16"), Ipv4Cidr.Parse("192.168.1.0/24")],
    };

    private static readonly IReadOnlyList<FirewallTable> Ours = FirewallRules.For(new FirewallSpec
    {
        DockerBridge = "docker0",
        DockerBridgeAddress = Ipv4Address.Parse("172.17.0.1"),
        ControlPort = 6784,
        ContainerBridges = ["docker0", "weave"],
        UntrackedTunnel = true,
        Exposures = [new Exposure(Ipv4Cidr.Parse("10.32.0.1/12"), true)],
    });

    /// <summary>A host of Docker 28 with a published port, and Kubernetes beside it.</summary>
    private const string Usual =
        """
        *raw
        :PREROUTING ACCEPT [0:0]
        -A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP
        -A PREROUTING -d 127.0.0.1/32 ! -i lo -p tcp -m tcp --dport 80 -j DROP
        COMMIT
        *mangle
        :FORWARD ACCEPT [0:0]
        -A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
        COMMIT
        *nat
        :PREROUTING ACCEPT [0:0]
        :DOCKER - [0:0]
        :KUBE-SERVICES - [0:0]
        :KUBE-SVC-1 - [0:0]
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        -A DOCKER ! -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:80
        -A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j KUBE-SVC-1
        -A KUBE-SVC-1 -j DNAT --to-destination 192.168.1.7:6443
        COMMIT
        *filter
        :FORWARD DROP [0:0]
        :DOCKER-USER - [0:0]
        :DOCKER-FORWARD - [0:0]
        :KUBE-FORWARD - [0:0]
        :MINE - [0:0]
        -A FORWARD -j KUBE-FORWARD
        -A FORWARD -j DOCKER-USER
        -A FORWARD -j DOCKER-FORWARD
        -A FORWARD -j REJECT
        -A DOCKER-USER -j RETURN
        -A DOCKER-FORWARD -j DROP
        -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
        -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
        COMMIT

        """;

    [Theory]
    [InlineData("")]
    [InlineData("*filter|-I DOCKER-USER 1 -i eth0 -o docker0 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -i weave -o docker0 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -i weave ! -o weave -j REJECT")]
    [InlineData("*filter|-I DOCKER-USER 1 -s 172.17.0.2/32 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 ! -i weave -d 10.32.0.7/32 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -s 10.32.0.1/32 -j ACCEPT")]
    [InlineData("*filter|-I DOCKER-USER 1 -s 10.32.0.1/32 -j MINE")]
    [InlineData("*filter|-I DOCKER-USER 2 -s 10.32.0.1/32 -j DROP")] // after everything has returned
    [InlineData("*filter|-A FORWARD -s 10.32.0.1/32 -j DROP")] // behind ours: not asked, on any path
    [InlineData("*filter|-I FORWARD 1 -m physdev --physdev-in virbr0 -j DROP")]
    [InlineData("*filter|-I FORWARD 1 -j REJECT|-I FORWARD 1 -i weave -j MINE|-A MINE -o weave -j ACCEPT")]
    [InlineData("*filter|-A INPUT -s 10.32.0.1/32 -j DROP")]
    [InlineData("*nat|-I PREROUTING 1 -d 10.96.0.50/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.32.0.7:8080")]
    public void Rules_that_are_about_something_else_do_not_count(string more) => Assert.Null(IptablesProhibitions.Find(With(more), Traffic));

    [Theory]
    [InlineData("*filter|-I DOCKER-USER 1 -s 10.32.0.1/32 -d 10.32.0.2/32 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -s 10.32.0.1/32 -j REJECT --reject-with icmp-port-unreachable")]
    [InlineData("*filter|-I DOCKER-USER 1 -p tcp -m tcp --dport 5432 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -i weave -o weave -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -i wea+ -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 ! -o eth0 -d 10.32.0.7/32 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 ! -s 192.168.1.0/24 -d 10.32.0.7/32 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -m set --match-set bad src -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -m comment --comment \"-j ACCEPT -i eth0\" -d 10.2.0.7/32 -j DROP")] // of a subnet that only containers know
    [InlineData("*filter|-I DOCKER-USER 1 -s 10.32.0.1/32 -j LOG --log-prefix \"-i eth0\"")]
    [InlineData("*filter|-I DOCKER-USER 1 -s 10.32.0.1/32 -j NFQUEUE --queue-num 1")]
    [InlineData("*filter|-I FORWARD 1 -s 10.32.0.1/32 -j DROP")]
    [InlineData("*filter|-I FORWARD 1 -j MINE|-A MINE -s 10.32.0.1/32 -j DROP")]
    [InlineData("*filter|-I DOCKER-USER 1 -g MINE|-A MINE -p icmp -j DROP")]
    [InlineData("*filter|-I FORWARD 1 -m physdev --physdev-in vethwepl1 --physdev-is-bridged -j DROP")]
    [InlineData("*raw|-A PREROUTING -s 10.32.0.1/32 -j DROP")]
    [InlineData("*mangle|-A FORWARD -s 10.32.0.1/32 -j DROP")]
    [InlineData("*mangle|-A POSTROUTING -d 10.32.0.1/32 -j DROP")]
    [InlineData("*nat|-A PREROUTING -d 10.32.0.9/32 -j DNAT --to-destination 10.32.0.7")]
    [InlineData("*nat|-A PREROUTING -i weave -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080")]
    public void Rules_that_may_be_about_containers_count(string more) =>
        Assert.Contains(more.Split('|')[^1].Split(' ').Last(word => word.Length > 0), IptablesProhibitions.Find(With(more), Traffic) ?? "none", StringComparison.Ordinal);

    [Theory]
    [InlineData(false, "bridge", "forward", "ip saddr 10.32.0.1 ip daddr 10.32.0.2 counter packets 0 bytes 0 drop")]
    [InlineData(false, "bridge", "forward", "iifname \"vethwepl1\" drop")]
    [InlineData(false, "bridge", "prerouting", "ether saddr 02:00:00:00:00:01 drop")]
    [InlineData(true, "bridge", "forward", "iifname \"vnet0\" drop")]
    [InlineData(true, "bridge", "forward", "meta ibrname \"virbr0\" drop")]
    [InlineData(false, "bridge", "forward", "meta ibrname \"weave\" ip protocol icmp drop")]
    [InlineData(true, "bridge", "input", "drop")]
    [InlineData(true, "inet", "input", "ip saddr 10.32.0.1 drop")]
    [InlineData(false, "inet", "forward", "ip saddr 10.32.0.1 drop")]
    [InlineData(false, "inet", "forward", "ip saddr { 192.168.1.7, 10.32.0.1 } log prefix \"accept\" drop")]
    [InlineData(true, "inet", "forward", "ip saddr { 192.168.1.7, 172.17.0.2 } drop")]
    [InlineData(true, "inet", "forward", "iifname \"eth0\" ip daddr 10.32.0.1 drop")]
    [InlineData(true, "inet", "forward", "iifname { \"eth0\", \"docker0\" } drop")]
    [InlineData(false, "inet", "forward", "iifname { \"eth0\", \"weave\" } tcp dport 80 drop")]
    [InlineData(true, "inet", "forward", "iifname != \"weave\" drop")]
    [InlineData(false, "inet", "forward", "ip saddr @bad drop")]
    [InlineData(true, "inet", "forward", "ct state vmap { invalid : drop, established : accept, related : accept }")]
    [InlineData(true, "inet", "forward", "iifname vmap @doors")]
    [InlineData(false, "inet", "forward", "oifname vmap @ours")]
    [InlineData(false, "inet", "forward", "jump mine")]
    [InlineData(true, "inet", "forward", "iifname \"weave\" oifname \"weave\" accept; ip saddr 10.32.0.1 drop")]
    [InlineData(false, "inet", "forward", "iifname \"weave\" tcp dport 80 accept; ip saddr 10.32.0.1 drop")]
    [InlineData(false, "ip", "forward", "reject with icmpx admin-prohibited")]
    [InlineData(true, "ip6", "forward", "drop")]
    [InlineData(true, "ip", "postrouting", "ip saddr 10.32.0.0/12 ip daddr != 10.32.0.0/12 masquerade")]
    public void Tables_of_nft_are_read_alike(bool nothing, string family, string hook, string rules)
    {
        string text = $$"""
            table {{family}} t {
            	set bad {
            		type ipv4_addr
            		elements = { 10.0.0.1,
            			     10.0.0.2 }
            	}

            	map doors {
            		type ifname : verdict
            		elements = { "docker0" : jump mine, "eth0" : drop }
            	}

            	map ours {
            		type ifname : verdict
            		elements = { "docker0" : accept,
            			     "weave" : jump mine }
            	}

            	chain c {
            		type filter hook {{hook}} priority filter; policy accept;
            		{{rules.Replace("; ", "\n\t\t", StringComparison.Ordinal)}}
            	}

            	chain mine {
            		ip saddr 10.32.0.1 drop
            	}
            }

            """;
        Assert.Equal(nothing, NftProhibitions.Find(text, Traffic, shownToIp: true, ipv6: false) is null);
        if (family != "bridge")
        {
            Assert.Null(NftProhibitions.Find(text, Traffic, shownToIp: false, ipv6: false));
        }
    }

    /// <summary>firewalld forwards what its zones say, and rejects the rest.</summary>
    [Theory]
    [InlineData(true, "filter_FWD_trusted")]
    [InlineData(false, "filter_FWD_public")]
    public void A_zone_that_lets_all_through_is_no_prohibition(bool nothing, string zone)
    {
        string text = $$"""
            table inet firewalld {
            	chain filter_PREROUTING {
            		type filter hook prerouting priority filter + 10; policy accept;
            		icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
            		meta nfproto ipv6 fib saddr . mark . iif oif missing drop
            	}

            	chain filter_FORWARD {
            		type filter hook forward priority filter + 10; policy accept;
            		ct state vmap { established : accept, related : accept }
            		ct status dnat accept
            		iifname "lo" accept
            		ct state invalid drop
            		ip6 daddr { ::/96, ::ffff:0.0.0.0/96 } reject with icmpv6 addr-unreachable
            		jump filter_FORWARD_ZONES
            		reject with icmpx admin-prohibited
            	}

            	chain filter_FORWARD_ZONES {
            		iifname "docker0" goto filter_FWD_docker
            		iifname "weave" goto {{zone}}
            		goto filter_FWD_public
            	}

            	chain filter_FWD_trusted {
            		jump filter_FWD_trusted_deny
            		accept
            	}

            	chain filter_FWD_trusted_deny {
            	}

            	chain filter_FWD_docker {
            		drop
            	}

            	chain filter_FWD_public {
            		reject with icmpx admin-prohibited
            	}
            }

            """;
        Assert.Equal(nothing, NftProhibitions.Find(text, Traffic, shownToIp: true, ipv6: false) is null);
        Assert.NotNull(NftProhibitions.Find(text, Traffic, shownToIp: true, ipv6: true)); // its reverse path is checked
    }

    [Fact]
    public void What_a_chain_drops_by_default_counts_unless_containers_are_let_through()
    {
        const string Policy = "table inet t {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy drop;\n{0}\t}\n}\n";
        Assert.NotNull(NftProhibitions.Find(Policy.Replace("{0}", "", StringComparison.Ordinal), Traffic, true, false));
        Assert.Null(NftProhibitions.Find(Policy.Replace("{0}", "\t\tiifname \"weave\" accept\n", StringComparison.Ordinal), Traffic, true, false));
        Assert.NotNull(NftProhibitions.Find("table netdev t {\n\tchain c {\n\t\ttype filter hook ingress device \"vethwepl1\" priority filter; policy accept;\n\t\tdrop\n\t}\n}\n", Traffic, true, false));
    }

    private static FirewallState With(string more)
    {
        FirewallHost host = new(Usual);
        host.Restore(FirewallPlan.From(Ours, host.State));
        host.Restore(string.Join('\n', more.Split('|')) + "\nCOMMIT\n");
        host.Restore(FirewallPlan.From(Ours, host.State));
        return host.State;
    }
}
