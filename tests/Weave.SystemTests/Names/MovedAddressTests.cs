using Weave.SystemTests.Support;

namespace Weave.SystemTests.Names;

/// <summary>The Docker bridge gets another address, with a router in a namespace of its own and dig in another as the witness.</summary>
public sealed class MovedAddressTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public void Names_are_served_at_the_new_address_and_whoever_was_given_the_old_one_is_answered_also_after_a_reboot()
    {
        using BareRouters routers = new(1);
        Container("docker0");
        Give("172.17.0");
        Start(routers);
        BareRouters.In(1, "curl -sf -X PUT -d fqdn=foo.weave.local 127.0.0.1:6784/name/weave:extern/10.32.0.9");
        Eventually.True(Soon, "the first address answers", () => Ask("172.17.0.1") == "10.32.0.9", () => routers.Log(1));

        Give("172.31.0");
        Eventually.True(Soon, "the new address answers", () => Ask("172.31.0.1") == "10.32.0.9", () => routers.Log(1));
        Eventually.True(Soon, "the old one is answered", () => Ask("172.17.0.1") == "10.32.0.9", () => BareRouters.In(1, "iptables-save -t nat") + routers.Log(1));
        Assert.Equal("172.31.0.1", BareRouters.In(1, "curl -sf 127.0.0.1:6784/dns-address"));

        routers.Stop(1);
        BareRouters.In(1, "iptables -t nat -F; iptables -t nat -X");
        Give("192.168.77");
        Start(routers);
        foreach (string address in (string[])["192.168.77.1", "172.31.0.1", "172.17.0.1"])
        {
            Eventually.True(Soon, $"{address} is answered", () => Ask(address) == "10.32.0.9", () => BareRouters.In(1, "iptables-save -t nat") + routers.Log(1));
        }
    }

    [Fact]
    public void Without_dockers_bridge_containers_are_told_an_address_that_answers_them()
    {
        using BareRouters routers = new(1);
        Container("br-1");
        Give("172.20.0", "br-1");
        Start(routers);
        BareRouters.In(1, "curl -sf -X PUT -d fqdn=foo.weave.local 127.0.0.1:6784/name/weave:extern/10.32.0.9");
        string told = BareRouters.In(1, "curl -sf 127.0.0.1:6784/dns-address");
        Assert.Equal("169.254.53.53", told);
        Eventually.True(Soon, "it answers", () => Ask(told) == "10.32.0.9", () => routers.Log(1));
        BareRouters.In(1, "ip link add docker_gwbridge type bridge && ip link set docker_gwbridge up && ip addr add 172.21.0.1/16 dev docker_gwbridge");
        Eventually.True(Soon, "Docker's gateway bridge serves", () => Ask("172.21.0.1") == "10.32.0.9", () => routers.Log(1));
        Eventually.True(Soon, "the former address is answered", () => Ask(told) == "10.32.0.9", () => BareRouters.In(1, "iptables-save -t nat") + routers.Log(1));
    }

    private static void Start(BareRouters routers) => routers.Start(1, "--no-fastdp --ipalloc-range=10.32.0.0/12 --docker-bridge=docker0 --dns-listen-address=docker0:53 --resolv-conf=/dev/null");

    private static void Container(string bridge) => Shell.Bash($"""
        set -e
        ip netns add wbarec1
        ip -n wbare1 link add {bridge} type bridge
        ip -n wbare1 link set {bridge} up
        ip -n wbare1 link add vd type veth peer name eth0 netns wbarec1
        ip -n wbare1 link set vd master {bridge} up
        ip -n wbarec1 link set lo up
        ip -n wbarec1 link set eth0 up
        """);

    /// <summary>What dockerd does to its bridge when it starts with another <c>bip</c>, and to the containers that it starts again.</summary>
    private static void Give(string subnet, string bridge = "docker0")
    {
        BareRouters.In(1, $"ip addr flush dev {bridge}; sleep 0.2; ip addr add {subnet}.1/16 dev {bridge}");
        BareRouters.TryInContainer(1, $"ip addr flush dev eth0; ip addr add {subnet}.2/16 dev eth0; ip route add default via {subnet}.1");
    }

    private static string Ask(string server) => BareRouters.TryInContainer(1, $"dig +short +time=1 +tries=1 @{server} foo.weave.local").Output.Trim();
}
