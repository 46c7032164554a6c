using Weave.SystemTests.Support;

namespace Weave.SystemTests.Firewall;

/// <summary>What containers send to the ports of routers, from behind each kind of bridge that containers are behind; it leaves with their host's address.</summary>
public sealed class RouterDoorsTests : IDisposable
{
    private const string Exposed = "10.32.0.1";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly BareRouters _routers = new(2);
    private readonly string _server;

    public RouterDoorsTests()
    {
        _routers.Start(1, "--no-dns --ipalloc-range=10.32.0.0/12");
        _routers.Start(2, $"--no-dns --ipalloc-range=10.32.0.0/12 {BareRouters.AddressOf(1)}");
        BareRouters.In(1, $"sysctl -qw net.ipv4.ip_forward=1; curl -sf -X POST 127.0.0.1:6784/expose/{Exposed}/12");
        _server = BareRouters.In(2, "timeout 120 socat TCP4-LISTEN:6799,fork,reuseaddr OPEN:/dev/null >/dev/null 2>&1 & echo $!");
        Eventually.True(Soon, "the hosts connect", () => BareRouters.Connections(1).Contains("established fastdp", StringComparison.Ordinal), _routers.Describe);
    }

    public void Dispose()
    {
        Shell.Run("kill", _server);
        _routers.Dispose();
        Shell.Bash("for n in 1 2 3 4 5; do ip netns del wbaredoor$n 2>/dev/null; done; true");
    }

    [Fact]
    public void Containers_reach_no_router_on_any_address_and_hosts_do()
    {
        string[] bridges = ["docker0", "docker_gwbridge", "br-0123456789ab", "weave", "br-lan"];
        for (int n = 1; n <= bridges.Length; n++)
        {
            Attach(n, bridges[n - 1]);
        }

        Eventually.True(Soon, "the bridges are known", () => BareRouters.In(1, "iptables -t mangle -S WEAVE-DOORS").Split('\n').Length == bridges.Length, () => BareRouters.In(1, "iptables-save"));
        string addresses = string.Join(' ', BareRouters.AddressOf(1), BareRouters.AddressOf(2), Exposed, "172.30.1.1", "172.30.2.1", "172.30.3.1");
        for (int n = 1; n < bridges.Length; n++)
        {
            Assert.Equal("", In(n, $"for a in {addresses}; do for p in 6783 6784; do socat -u -T 1 OPEN:/dev/null TCP4:$a:$p,connect-timeout=0.3 2>/dev/null && echo {bridges[n - 1]} $a:$p; done; done; true"));
            In(n, $"socat -u -T 1 OPEN:/dev/null TCP4:{BareRouters.AddressOf(2)}:6799,connect-timeout=2"); // the rest of the world is there
            string dropped = Dropped();
            In(n, $"echo x | socat -u - UDP4-SENDTO:{BareRouters.AddressOf(2)}:6784");
            Assert.NotEqual(dropped, Dropped());
        }

        // There may be peers behind other bridges.
        In(5, $"socat -u -T 1 OPEN:/dev/null TCP4:{BareRouters.AddressOf(2)}:6783,connect-timeout=2");
        In(5, $"socat -u -T 1 OPEN:/dev/null TCP4:{BareRouters.AddressOf(1)}:6783,connect-timeout=2");
        Assert.Contains("established fastdp", BareRouters.Connections(1), StringComparison.Ordinal);
    }

    /// <summary>A namespace behind a bridge of host 1, which translates what leaves.</summary>
    private static void Attach(int number, string bridge)
    {
        string gateway = bridge == "weave" ? Exposed : $"172.30.{number}.1";
        string address = bridge == "weave" ? "10.32.0.9/12" : $"172.30.{number}.2/24";
        Shell.Bash($"""
            set -e
            ip netns add wbaredoor{number}
            [ {bridge} = weave ] || ip netns exec wbare1 bash -c 'ip link add {bridge} type bridge && ip addr add {gateway}/24 dev {bridge} && ip link set {bridge} up && iptables -t nat -A POSTROUTING -s 172.30.{number}.0/24 ! -o {bridge} -j MASQUERADE'
            ip -n wbare1 link add vdoor{number} type veth peer name eth0 netns wbaredoor{number}
            ip -n wbare1 link set vdoor{number} master {bridge} up
            ip -n wbaredoor{number} link set eth0 up
            ip -n wbaredoor{number} addr add {address} dev eth0
            ip -n wbaredoor{number} route add default via {gateway}
            """);
    }

    private static string In(int number, string line) => Shell.Run("ip", "netns", "exec", $"wbaredoor{number}", "bash", "-c", line);

    private static string Dropped() => BareRouters.In(1, "iptables -t mangle -vnxL WEAVE-DOORS-BEYOND");
}
