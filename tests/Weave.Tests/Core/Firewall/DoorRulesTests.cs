using Weave.Core.Firewall;

namespace Weave.Tests.Core.Firewall;

public sealed class DoorRulesTests
{
    private static readonly FirewallSpec Spec = new() { ContainerBridges = ["docker0", "weave"], ClosedToContainers = [6782, 6784] };

    [Fact]
    public void Containers_reach_no_port_of_a_router_here_or_on_other_hosts() => Assert.Equal(
        """
        *mangle
        :WEAVE-CANARY - [0:0]
        :WEAVE-DOORS - [0:0]
        -A WEAVE-DOORS -i docker0 -j DROP
        -A WEAVE-DOORS -i weave -j DROP
        :WEAVE-DOORS-BEYOND - [0:0]
        -A WEAVE-DOORS-BEYOND -i docker0 ! -o docker0 -j DROP
        -A WEAVE-DOORS-BEYOND -i weave ! -o weave -j DROP
        -A INPUT -p tcp -m tcp --dport 6782 -j WEAVE-DOORS
        -A INPUT -p tcp -m tcp --dport 6783 -j WEAVE-DOORS
        -A INPUT -p tcp -m tcp --dport 6784 -j WEAVE-DOORS
        -A INPUT -p udp -m udp --dport 6783:6784 -j WEAVE-DOORS
        -A FORWARD -p tcp -m tcp --dport 6782 -j WEAVE-DOORS-BEYOND
        -A FORWARD -p tcp -m tcp --dport 6783 -j WEAVE-DOORS-BEYOND
        -A FORWARD -p tcp -m tcp --dport 6784 -j WEAVE-DOORS-BEYOND
        -A FORWARD -p udp -m udp --dport 6783:6784 -j WEAVE-DOORS-BEYOND
        COMMIT

        """,
        Table("mangle", FirewallPlan.From(FirewallRules.For(Spec), FirewallState.Parse(""))));

    [Fact]
    public void Doors_that_the_world_has_too_stay_open_beyond_this_host()
    {
        string here = FirewallPlan.From(FirewallRules.For(Spec with { ClosedToContainers = [80] }), FirewallState.Parse(""));
        Assert.Contains("-A INPUT -p tcp -m tcp --dport 80 -j", here, StringComparison.Ordinal);
        Assert.DoesNotContain("-A FORWARD -p tcp -m tcp --dport 80 -j", here, StringComparison.Ordinal);
        Assert.DoesNotContain("-A FORWARD", Table("mangle", FirewallPlan.From(FirewallRules.For(Spec with { Port = 443 }), FirewallState.Parse(""))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_launch_with_other_ports_left_goes()
    {
        FirewallHost host = new("");
        host.Restore(FirewallPlan.From(FirewallRules.For(Spec with { Port = 7000, UntrackedTunnel = true }), host.State));
        host.Restore("*mangle\n-A INPUT -s 192.0.2.0/24 -j DROP\nCOMMIT\n");
        FirewallSpec now = Spec with { ContainerBridges = ["weave", "br-0123456789ab"] };
        host.Restore(FirewallPlan.From(FirewallRules.For(now), host.State));
        Assert.Equal("", FirewallPlan.From(FirewallRules.For(now), host.State));
        Assert.DoesNotContain("7000", host.Save(), StringComparison.Ordinal);
        Assert.Equal(["-i weave -j DROP", "-i br-0123456789ab -j DROP"], host.State.Rules("mangle", "WEAVE-DOORS"));
        Assert.Contains("-s 192.0.2.0/24 -j DROP", host.State.Rules("mangle", "INPUT")!);
        Assert.Null(host.State.Rules("raw", "WEAVE-TUNNEL"));
    }

    [Fact]
    public void Packets_of_the_tunnel_that_this_host_sends_or_takes_are_not_tracked()
    {
        FirewallHost host = new("");
        IReadOnlyList<FirewallTable> wanted = FirewallRules.For(Spec with { UntrackedTunnel = true });
        host.Restore(FirewallPlan.From(wanted, host.State));
        Assert.Equal("", FirewallPlan.From(wanted, host.State));
        Assert.Equal(["-p udp -m udp --dport 6784 -m addrtype --dst-type LOCAL -j WEAVE-TUNNEL"], host.State.Rules("raw", "PREROUTING"));
        Assert.Equal(["-p udp -m udp --dport 6784 -j WEAVE-TUNNEL"], host.State.Rules("raw", "OUTPUT"));
        host.Restore(FirewallPlan.Removal(FirewallRules.For(new FirewallSpec()), host.State));
        Assert.DoesNotContain("WEAVE", host.Save(), StringComparison.Ordinal);
    }

    private static string Table(string name, string script) => string.Concat(script.Split("COMMIT\n").Where(part => part.StartsWith($"*{name}\n", StringComparison.Ordinal)).Select(part => part + "COMMIT\n"));
}
