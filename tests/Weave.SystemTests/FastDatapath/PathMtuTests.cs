using Weave.SystemTests.Support;

namespace Weave.SystemTests.FastDatapath;

/// <summary>Packets that do not fit: told to the container where they may not be cut, cut where they may (must-never-happen 13).</summary>
public sealed class PathMtuTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public void A_narrow_underlay_is_told_to_the_container_and_the_rest_is_cut(int from, int to)
    {
        using OverlayWorld world = new OverlayWorld(3).Line();
        string address = world[3].ContainerAddress.ToString();
        world.Narrow(from, to, 1400);
        Shell.Result tooBig = world[1].ExecContainer("ping", "-c3", "-i0.3", "-W1", "-Mdo", "-s1400", address);
        Assert.NotEqual(0, tooBig.ExitCode);
        Assert.Contains("1350", tooBig.All, StringComparison.Ordinal);
        Passes(world[1], "-Mdo", "-s1322", address);
        Passes(world[1], "-Mdont", "-s8000", address);
    }

    [Fact]
    public void Every_size_passes_a_full_underlay()
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        string address = world[2].ContainerAddress.ToString();
        Passes(world[1], "-Mdo", "-s1422", address);
        Passes(world[1], "-Mdont", "-s8000", address);
        Passes(world[1], "-Mdont", "-s60000", address);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Streams_arrive_whole_with_offloads_on_and_off(bool offloads)
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        if (!offloads)
        {
            foreach (OverlayHost host in world.Hosts)
            {
                OverlayHost.InNamespace(host.Container, "ethtool -K ethwe tx off rx off tso off gso off gro off >/dev/null");
                OverlayHost.InNamespace(host.Name, "ethtool -K eth0 tx off rx off tso off gso off gro off >/dev/null");
            }
        }

        string sum = Shell.Bash(
            $"f=$(mktemp) g=$(mktemp); trap 'rm -f $f $g' EXIT; head -c 8000000 /dev/urandom >$f; ip netns exec {world[2].Container} timeout 100 socat -u TCP-LISTEN:5009 OPEN:$g,trunc & "
            + $"for i in $(seq 50); do ip netns exec {world[2].Container} ss -ltn | grep -q :5009 && break; sleep 0.1; done; "
            + $"ip netns exec {world[1].Container} timeout 100 socat -u OPEN:$f TCP:{world[2].ContainerAddress}:5009; wait; cmp $f $g && echo same");
        Assert.EndsWith("same", sum, StringComparison.Ordinal);
    }

    private static void Passes(OverlayHost from, params string[] arguments)
    {
        Shell.Result ping = from.ExecContainer(["ping", "-c2", "-i0.2", "-W2", .. arguments]);
        Assert.True(ping.ExitCode == 0, string.Join(' ', arguments) + ": " + ping.All);
    }
}
