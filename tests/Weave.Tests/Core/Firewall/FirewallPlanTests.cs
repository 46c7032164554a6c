using System.Text.Json;
using Weave.Core.Firewall;
using Weave.Tests.Support;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Firewall;

public sealed class FirewallPlanTests
{
    private const string Docker28 =
        """
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        :DOCKER - [0:0]
        :DOCKER-FORWARD - [0:0]
        :DOCKER-USER - [0:0]
        -A FORWARD -j DOCKER-USER
        -A FORWARD -j DOCKER-FORWARD
        COMMIT
        *nat
        :POSTROUTING ACCEPT [0:0]
        -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
        COMMIT
        """;

    private static readonly Exposure Exposed = new(Ipv4Cidr.Parse("10.32.0.1/12"), true);

    private static readonly FirewallSpec Spec = new()
    {
        DockerBridge = "docker0",
        DockerBridgeAddress = Ipv4Address.Parse("172.17.0.1"),
        ControlPort = 6784,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rules_of_a_run_with_a_policy_controller_and_of_one_without_are_never_there_together(bool policy)
    {
        FirewallSpec former = Spec with { ExpectPolicy = !policy };
        FirewallSpec now = Spec with { ExpectPolicy = policy };
        FirewallHost host = new(Docker28);
        host.Restore(FirewallPlan.From(FirewallRules.For(former), host.State));
        host.Restore(FirewallPlan.Leftovers(FirewallRules.For(former), FirewallRules.For(now), host.State));
        host.Restore(FirewallPlan.From(FirewallRules.For(now), host.State));
        Assert.Equal("", FirewallPlan.Leftovers(FirewallRules.For(former), FirewallRules.For(now), host.State));
        IReadOnlyList<string> forward = host.State.Rules("filter", "FORWARD")!;
        Assert.Equal(!policy, forward.Contains("-i weave -o weave -j ACCEPT"));
        Assert.Equal(policy, forward.Contains("-o weave -j DROP"));
        Assert.Contains("-j DOCKER-USER", forward);
    }

    [Fact]
    public void The_rules_are_those_recorded_from_the_original()
    {
        string[] recorded = [.. Vectors.Json("http/plain3.json").EnumerateArray().First(row => row.TryGetProperty("iptablesSave", out _)).GetProperty("iptablesSave").EnumerateArray().Select(line => line.GetString()!)];
        FirewallState state = FirewallState.Parse(string.Join('\n', recorded));
        FirewallSpec spec = new() { ControlPort = 6784, Exposures = [Exposed] };
        Assert.Equal("", FirewallPlan.From(FirewallRules.For(spec), state));
    }

    [Fact]
    public void Hiding_takes_away_the_rules_of_one_subnet_and_no_others()
    {
        Exposure other = new(Ipv4Cidr.Parse("10.2.1.1/24"), true);
        FirewallState Host(params Exposure[] exposures) => FirewallState.Parse(FirewallPlan.From(FirewallRules.For(Spec with { Exposures = exposures }), FirewallState.Parse("")));
        Assert.Equal(
            """
            *filter
            -D WEAVE-EXPOSE -d 10.2.1.0/24 -j ACCEPT
            COMMIT
            *nat
            -D WEAVE -s 10.2.1.0/24 -d 224.0.0.0/4 -j RETURN
            -D WEAVE ! -s 10.2.1.0/24 -d 10.2.1.0/24 -j MASQUERADE
            -D WEAVE -s 10.2.1.0/24 ! -d 10.2.1.0/24 -j MASQUERADE
            COMMIT

            """,
            FirewallPlan.Hiding(other, Host(Exposed, other)));
        Assert.DoesNotContain("*nat", FirewallPlan.Hiding(other, Host(Exposed, other with { Masquerade = false })), StringComparison.Ordinal);
        Assert.Equal("", FirewallPlan.Hiding(other, Host(Exposed)));
        Assert.Equal("", FirewallPlan.Hiding(other, FirewallState.Parse("")));
    }

    [Fact]
    public void On_an_empty_host_everything_is_made()
    {
        string script = FirewallPlan.From(FirewallRules.For(Spec), FirewallState.Parse(""));
        Assert.Equal(
            """
            *filter
            :WEAVE-CANARY - [0:0]
            :WEAVE-EXPOSE - [0:0]
            -A INPUT -d 172.17.0.1/32 -i docker0 -p tcp -m tcp --dport 6783 -j DROP
            -A INPUT -d 172.17.0.1/32 -i docker0 -p udp -m udp --dport 6783 -j DROP
            -A INPUT -d 172.17.0.1/32 -i docker0 -p udp -m udp --dport 6784 -j DROP
            -A INPUT -i docker0 -p udp -m udp --dport 53 -j ACCEPT
            -A INPUT -i docker0 -p tcp -m tcp --dport 53 -j ACCEPT
            -A INPUT -d 127.0.0.1/32 -p tcp -m tcp --dport 6784 -m addrtype ! --src-type LOCAL -m conntrack ! --ctstate RELATED,ESTABLISHED -m comment --comment "Block non-local access to Weave Net control port" -j DROP
            -I FORWARD 1 -i docker0 -o weave -j DROP
            -I FORWARD 2 -i weave -o weave -j ACCEPT
            -I FORWARD 3 -o weave -j WEAVE-EXPOSE
            -I FORWARD 4 -i weave ! -o weave -j ACCEPT
            -I FORWARD 5 -o weave -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            COMMIT
            *nat
            :WEAVE-CANARY - [0:0]
            :WEAVE - [0:0]
            -A POSTROUTING -j WEAVE
            COMMIT
            *mangle
            :WEAVE-CANARY - [0:0]
            COMMIT

            """,
            script);
    }

    [Fact]
    public void What_users_wrote_into_DOCKER_USER_comes_before_ours() =>
        Assert.Contains("-I FORWARD 2 -i docker0 -o weave -j DROP\n", FirewallPlan.From(FirewallRules.For(Spec), FirewallState.Parse(Docker28)), StringComparison.Ordinal);

    [Theory]
    [InlineData("-F")]
    [InlineData("-D INPUT")]
    [InlineData("-X WEAVE-CANARY")]
    [InlineData("docker restarted")]
    [InlineData("swapped")]
    public void Whatever_somebody_takes_away_or_moves_is_put_back(string damage)
    {
        FirewallHost host = new(Docker28);
        IReadOnlyList<FirewallTable> wanted = FirewallRules.For(Spec with { Exposures = [Exposed] });
        host.Restore(FirewallPlan.From(wanted, host.State));
        Assert.Equal("", FirewallPlan.From(wanted, host.State));
        string before = host.Save();

        host.Damage(damage);
        Assert.NotEqual("", FirewallPlan.From(wanted, host.State));
        host.Restore(FirewallPlan.From(wanted, host.State));
        Assert.Equal("", FirewallPlan.From(wanted, host.State));
        if (damage != "docker restarted" && damage != "-F")
        {
            Assert.Equal(before.Split('\n').Order(), host.Save().Split('\n').Order());
        }
    }

    [Fact]
    public void Removal_leaves_what_was_there_before()
    {
        FirewallHost host = new(Docker28);
        string before = host.Save();
        IReadOnlyList<FirewallTable> wanted = FirewallRules.For(Spec with { Exposures = [Exposed] });
        host.Restore(FirewallPlan.From(wanted, host.State));
        Assert.NotEqual(before, host.Save());
        host.Restore(FirewallPlan.Removal(wanted, host.State));
        Assert.Equal(before, host.Save());
        Assert.Equal("", FirewallPlan.Removal(wanted, host.State));
    }

    [Fact]
    public void Status_ports_are_guarded_and_removed_by_whoever_does_not_know_them()
    {
        FirewallHost host = new(Docker28);
        string before = host.Save();
        host.Restore(FirewallPlan.From(FirewallRules.For(Spec with { StatusPorts = [6782, 6784, 6780, 6782] }), host.State));
        Assert.Equal(
            ["--dport 6784", "--dport 6782", "--dport 6780"],
            host.State.Rules("filter", "INPUT")!.Where(rule => rule.Contains("Block non-local access", StringComparison.Ordinal)).Select(rule => rule[rule.IndexOf("--dport", StringComparison.Ordinal)..][..12]));
        host.Restore(FirewallPlan.Removal(FirewallRules.For(Spec with { ControlPort = 7000 }), host.State));
        Assert.Equal(before, host.Save());
    }

    [Fact]
    public void A_daemon_that_starts_again_recognises_what_was_exposed_and_how()
    {
        FirewallHost host = new(Docker28);
        Exposure plain = new(Ipv4Cidr.Parse("10.2.0.1/16"), false);
        host.Restore(FirewallPlan.From(FirewallRules.For(Spec with { Exposures = [Exposed, plain] }), host.State));
        Assert.Equal([Exposed, plain], host.State.Recognise([Exposed.Address, plain.Address]));
        Assert.Equal([Exposed], FirewallState.Parse("").Recognise([Exposed.Address]));
    }

    [Fact]
    public void With_a_policy_controller_its_chains_decide_and_its_rules_are_left_alone()
    {
        FirewallHost host = new(Docker28);
        IReadOnlyList<FirewallTable> wanted = FirewallRules.For(Spec with { ExpectPolicy = true });
        host.Restore(FirewallPlan.From(wanted, host.State));
        host.Restore("*filter\n-A WEAVE-NPC -j ACCEPT\nCOMMIT\n");
        Assert.Equal("", FirewallPlan.From(wanted, host.State));
        Assert.DoesNotContain("WEAVE-EXPOSE", host.Save(), StringComparison.Ordinal);
        Assert.Equal(
            ["-j DOCKER-USER", "-i docker0 -o weave -j DROP", "-i weave -m comment --comment \"NOTE: this must go before '-j KUBE-FORWARD'\" -j WEAVE-NPC-EGRESS", "-o weave -m comment --comment \"NOTE: this must go before '-j KUBE-FORWARD'\" -j WEAVE-NPC", "-o weave -m state --state NEW -j NFLOG --nflog-group 86", "-o weave -j DROP", "-i weave ! -o weave -j ACCEPT", "-o weave -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "-j DOCKER-FORWARD"],
            host.State.Rules("filter", "FORWARD"));
    }

    [Fact]
    public void Traffic_to_containers_of_this_host_can_keep_its_source()
    {
        string script = FirewallPlan.From(FirewallRules.For(Spec with { NoMasqueradeLocal = true, Exposures = [Exposed] }), FirewallState.Parse(""));
        Assert.Contains(":WEAVE - [0:0]\n-A WEAVE -m set --match-set weaver-no-masq-local dst -m comment --comment \"Prevent SNAT to locally running containers\" -j RETURN\n-A WEAVE -s 10.32.0.0/12 -d 224.0.0.0/4 -j RETURN\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_to_a_former_address_of_the_name_server_are_led_to_the_present_one_until_that_is_over()
    {
        FirewallHost host = new(Docker28);
        string before = host.Save();
        DnsRedirection moved = new(Ipv4Address.Parse("172.31.0.1"), 53, [Ipv4Address.Parse("172.17.0.1")]);
        host.Restore(FirewallPlan.From(FirewallRules.For(Spec with { Dns = moved }), host.State));
        Assert.Equal(["-j WEAVE-DNS"], host.State.Rules("nat", "PREROUTING"));
        Assert.Equal(
            ["-d 172.17.0.1/32 -p udp -m udp --dport 53 -j DNAT --to-destination 172.31.0.1:53", "-d 172.17.0.1/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 172.31.0.1:53"],
            host.State.Rules("nat", "WEAVE-DNS"));
        host.Restore(FirewallPlan.From(FirewallRules.For(Spec with { Dns = moved with { Former = [] } }), host.State));
        Assert.Empty(host.State.Rules("nat", "WEAVE-DNS")!);
        host.Restore(FirewallPlan.Removal(FirewallRules.For(Spec), host.State));
        Assert.Equal(before, host.Save().Replace(":PREROUTING - [0:0]\n", "", StringComparison.Ordinal));
    }
}
