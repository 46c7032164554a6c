using Weave.Core.Firewall;

namespace Weave.Tests.Core.Firewall;

public sealed class TunnelTrackingTests
{
    [Theory]
    [InlineData(true, "filter", "INPUT", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")]
    [InlineData(true, "filter", "INPUT", "-m conntrack --ctstate INVALID -j DROP")]
    [InlineData(true, "filter", "INPUT", "-p udp -m udp --dport 6784 -j ACCEPT")]
    [InlineData(false, "filter", "INPUT", "-p udp -m state --state NEW -m udp --dport 6784 -j ACCEPT")]
    [InlineData(false, "filter", "mine", "-p udp -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT")]
    [InlineData(true, "filter", "INPUT", "-p udp -m conntrack --ctstate NEW,UNTRACKED -j ACCEPT")]
    [InlineData(false, "filter", "INPUT", "-m conntrack --ctstate INVALID,UNTRACKED -j DROP")]
    [InlineData(true, "filter", "WEAVE-NPC", "-m state --state NEW -j ACCEPT")]
    [InlineData(true, "filter", "INPUT", "-m comment --comment \"let --state NEW in\" -j ACCEPT")]
    [InlineData(true, "nat", "POSTROUTING", "-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE")]
    [InlineData(true, "nat", "KUBE-POSTROUTING", "-m mark --mark 0x4000/0x4000 -j MASQUERADE")]
    [InlineData(true, "nat", "DOCKER", "! -i docker0 -p udp -m udp --dport 53 -j DNAT --to-destination 172.17.0.2:53")]
    [InlineData(false, "nat", "POSTROUTING", "-o eth0 -j MASQUERADE")]
    [InlineData(false, "nat", "POSTROUTING", "-o eth0 -j SNAT --to-source 192.0.2.7")]
    [InlineData(false, "nat", "POSTROUTING", "-s 10.0.0.1/32 -p udp -m udp --dport 6784 -j SNAT --to-source 192.0.2.7")]
    [InlineData(false, "nat", "PREROUTING", "-p udp -m udp --dport 6784 -j DNAT --to-destination 10.0.0.7")]
    public void The_tunnel_goes_untracked_where_no_rule_of_others_asks_for_its_state(bool needless, string table, string chain, string rule) =>
        Assert.Equal(needless, TunnelTracking.IsNeedless(FirewallState.Parse($"*{table}\n:{chain} - [0:0]\n-A {chain} {rule}\nCOMMIT\n"), 6784));
}
