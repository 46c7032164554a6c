using Weave.SystemTests.Support;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>
/// The other end is a VXLAN port of openvswitch's kernel datapath, with the flows that the original would install. On
/// demand: <c>make test-vm</c> brings a kernel and a tool that have it.
/// </summary>
[Trait("Run", "OnDemand")]
public sealed class OpenvswitchTests
{
    private const string Tool = "LD_LIBRARY_PATH=/opt/ovs/usr/lib/x86_64-linux-gnu /opt/ovs/usr/bin/ovs-dpctl -voff";
    private const string Address = "10.77.0.2";
    private const string ContainerAddress = "10.32.1.2";

    [Fact]
    public void A_port_of_openvswitch_and_ours_understand_each_other()
    {
        using OverlayWorld world = new(1);
        OverlayHost ours = world[1];
        ours.Datapath.Tables.SetNeighbour(new(2), new DatapathNeighbour(Wire.Primitives.Ipv4Address.Parse(Address), 0, Fast: true));
        ours.Datapath.Tables.SetSource(Wire.Primitives.Ipv4Address.Parse(Address), 2);
        ours.Datapath.Tables.SetRoute(ours.Id, DatapathRoute.None);
        ours.Datapath.Tables.SetRoute(new(2), DatapathRoute.Via(new(2)));
        ours.Datapath.Tables.SetHops(ours.Id, new DatapathHops(null, [new(2)]));
        ours.Datapath.Tables.SetSelf(ours.Id);
        (string host, string container) = ($"{world.Switch}-ovs", $"{world.Switch}-ovsc");
        try
        {
            MakeOriginal(world.Switch, host, container);
            Shell.Result there = ours.ExecContainer("ping", "-c5", "-i0.2", "-W2", ContainerAddress);
            Assert.True(there.ExitCode == 0, there.All + Flows(host));
            Shell.Result back = Shell.Try(TimeSpan.FromSeconds(60), "ip", "netns", "exec", container, "ping", "-c5", "-i0.2", "-W2", "-s1300", "-Mdo", $"{ours.ContainerAddress}");
            Assert.True(back.ExitCode == 0, back.All + Flows(host));
        }
        finally
        {
            Shell.Try(TimeSpan.FromSeconds(60), "bash", "-c", $"ip netns exec {host} env {Tool} del-dp dp0; ip netns del {container}; ip netns del {host}");
        }

        Assert.Equal(0UL, ours.Count(DatapathCounter.DropSource));
    }

    /// <summary>Identifiers: the destination in the upper 12 bits, the source in the lower. The original sends with DF and a TTL of 64.</summary>
    private static void MakeOriginal(string underlay, string host, string container)
    {
        string inside = $"ip netns exec {host} env {Tool}";
        List<string> lines =
        [
            "set -e",
            $"ip netns add {host}; ip netns add {container}",
            $"ip -n {underlay} link add ovs type veth peer name eth0 netns {host}",
            $"ip -n {underlay} link set ovs master br0 up",
            $"ip -n {host} link set lo up; ip -n {host} link set eth0 up; ip -n {host} addr add {Address}/16 dev eth0",
            $"ip -n {host} link add port mtu 1450 type veth peer name ethwe mtu 1450 netns {container}; ip -n {host} link set port up",
            $"ip -n {container} link set ethwe up; ip -n {container} addr add {ContainerAddress}/12 dev ethwe",
            $"{inside} add-dp dp0",
            $"{inside} add-if dp0 vx,type=vxlan,remote_ip=flow,key=flow,dst_port=6784",
            $"{inside} add-if dp0 port",
        ];
        foreach (string kind in new[] { "eth_type(0x0800),ipv4()", "eth_type(0x0806),arp()" })
        {
            lines.Add($"{inside} add-flow dp0 'in_port(2),eth(),{kind}' 'set(tunnel(tun_id=0x1002,dst=10.77.0.1,ttl=64,tp_dst=6784,flags(df|key))),1'");
            lines.Add($"{inside} add-flow dp0 'tunnel(tun_id=0x2001,src=10.77.0.1,dst={Address},ttl=0/0,flags(+key)),in_port(1),eth(),{kind}' '2'");
        }

        Shell.Bash(string.Join('\n', lines));
    }

    private static string Flows(string host) =>
        Shell.Try(TimeSpan.FromSeconds(10), "bash", "-c", $"ip netns exec {host} env {Tool} dump-flows dp0").All;
}
