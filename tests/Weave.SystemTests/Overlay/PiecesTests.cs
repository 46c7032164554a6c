using Weave.SystemTests.Support;

namespace Weave.SystemTests.Overlay;

/// <summary>Somebody on the host takes pieces of our network away, and they are back within five seconds, with everything that hangs on them.</summary>
public sealed class PiecesTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(5);

    private static readonly string[] Deeds =
    [
        "ip link del $PORT",
        "ip link set $PORT down",
        "ip link set $PORT nomaster",
        "ip link set $PORT mtu 500",
        "ip link set $PORT type bridge_slave hairpin on learning off flood off isolated on",
        "ip link set $PORT down; ip link set $PORT name foo",
        "tc qdisc del dev vethwe-sleeve clsact",
        "ip link set vethwe-sleeve down",
        "ip link del vethwe-sleeve",
        "ip link set weave down",
        "ip link set weave address 02:00:00:00:00:99",
        "ip link del weave",
        "ip addr flush dev weave",
        "ip route del 10.32.0.0/12 dev weave",
        "sysctl -qw net.ipv4.neigh.weave.ucast_solicit=9",
        "ip link set vethwepl1 nomaster",
        "ip link set vethwepl1 down",
        "ip link set vethwepl1 mtu 100",
    ];

    [Theory]
    [InlineData("", "established fastdp")]
    [InlineData("--no-fastdp", "established sleeve")]
    public void Whatever_is_taken_away_is_back_and_told(string flags, string connection)
    {
        using BareRouters routers = Talking(flags, connection);
        string port = BareRouters.In(1, "ip -o link show vethwe-bridge | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/'").Trim();
        foreach (string deed in Deeds)
        {
            int before = Occurrences();
            string line = deed.Replace("$PORT", port, StringComparison.Ordinal);
            BareRouters.In(1, line);
            Eventually.True(Back, $"it is told after {line}", () => Occurrences() > before, routers.Describe);
            if (line == "ip link del weave")
            {
                string status = BareRouters.In(1, "curl -s 127.0.0.1:6784/status");
                Assert.True(status.Contains("Problem: link: weave was gone and has been made again", StringComparison.Ordinal), status);
            }

            Eventually.True(Back, $"all talk after {line}", AllTalk, () => routers.Describe() + BareRouters.In(1, "ip -d link; ip addr; ip route"));
        }

        Assert.Contains("weave_problems{kind=\"link\"} 0", BareRouters.In(1, "curl -s 127.0.0.1:6782/metrics"), StringComparison.Ordinal);
        Eventually.True(Back, "its settings are as before", () => BareRouters.In(1, "cat /proc/sys/net/ipv4/neigh/weave/ucast_solicit").Trim() == "1");
        Assert.Contains("hairpin off", BareRouters.In(1, $"ip -d link show {port}"), StringComparison.Ordinal);
    }

    [Fact]
    public void While_the_vxlan_device_cannot_be_had_sleeve_carries_the_frames_without_it_and_then_it_is_back()
    {
        using BareRouters routers = Talking("", "established fastdp");
        BareRouters.In(1, "printf 'link del vxlan-6784\\nlink add squatter type vxlan id 7 dstport 6784\\nlink set squatter up\\n' | ip -batch -");
        Eventually.True(Back, "sleeve has taken over", () => BareRouters.Connections(1).Contains("established sleeve", StringComparison.Ordinal), routers.Describe);
        Eventually.True(Back, "all talk", AllTalk, routers.Describe);
        Assert.Contains("Problem: link: vxlan-6784 is not as it has to be and cannot be put right", BareRouters.In(1, "curl -s 127.0.0.1:6784/status"), StringComparison.Ordinal);
        BareRouters.In(1, "ip link del squatter");
        Eventually.True(Soon, "the fast path is back", () => BareRouters.Connections(1).Contains("established fastdp", StringComparison.Ordinal), routers.Describe);
        Eventually.True(Back, "all talk", AllTalk, routers.Describe);
        Assert.DoesNotContain("vethwe-standin", BareRouters.In(1, "ip -o link"), StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be put right", BareRouters.In(1, "curl -s 127.0.0.1:6784/status"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_speaks_with_the_address_of_the_bridge_or_of_another_container_gets_nothing_of_theirs()
    {
        using BareRouters routers = Talking("", "established fastdp");
        BareRouters.Container(1, "10.32.1.3/12", name: "thief");
        foreach (string victim in (string[])[
            BareRouters.In(1, "ip -br link show weave | awk '{ print $3 }'"), BareRouters.TryInContainer(1, "ip -br link show ethwe | awk '{ print $3 }'").Output])
        {
            Eventually.True(Back, "the thief's port skips the bridge", () => BareRouters.In(1, "tc filter show dev vethweplthief ingress").Contains("weave_port", StringComparison.Ordinal));
            Shell.Run("ip", "netns", "exec", "wbarecthief", "bash", "-c", $"ip link set ethwe address {victim.Trim()}; ping -c 3 -i 0.2 -W 1 10.32.1.2; true");
            Eventually.True(Back, "all talk", AllTalk, routers.Describe);
        }

        Shell.Run("ip", "netns", "del", "wbarecthief");
        Assert.DoesNotContain("weave_fastdp_frames_total{event=\"drop_stolen\"} 0", BareRouters.In(1, "curl -s 127.0.0.1:6782/metrics"), StringComparison.Ordinal);
    }

    private static BareRouters Talking(string flags, string connection)
    {
        BareRouters routers = new(2);
        routers.Start(1, $"--no-dns --ipalloc-range=10.32.0.0/12 {flags}");
        routers.Start(2, $"--no-dns --ipalloc-range=10.32.0.0/12 {flags} {BareRouters.AddressOf(1)}");
        BareRouters.Container(1, "10.32.1.1/12");
        BareRouters.Container(2, "10.32.1.2/12");
        BareRouters.In(1, "curl -sf -X POST 127.0.0.1:6784/expose/10.32.9.1/12");
        Eventually.True(Soon, "the hosts connect", () => BareRouters.Connections(1).Contains(connection, StringComparison.Ordinal), routers.Describe);
        Eventually.True(Soon, "all talk", AllTalk, routers.Describe);
        return routers;
    }

    /// <summary>Container to container and to the host's exposed address, from the other host.</summary>
    private static bool AllTalk() => BareRouters.Reaches(2, "10.32.1.1") && BareRouters.Reaches(2, "10.32.9.1");

    /// <summary>Of any kind: exposed addresses are looked after by two parts, and either may be quicker.</summary>
    private static int Occurrences() => int.Parse(
        BareRouters.In(1, "curl -s 127.0.0.1:6782/metrics | awk '/^weave_problem_occurrences_total/ { n += $2 } END { print n + 0 }'"),
        System.Globalization.CultureInfo.InvariantCulture);
}
