using Weave.SystemTests.Support;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>Frames between containers of several hosts, forwarded by the kernel alone.</summary>
public sealed class ForwardingTests
{
    [Fact]
    public void Containers_and_hosts_reach_each_other_directly()
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        Ping(world[1], world[2].ContainerAddress.ToString());
        Ping(world[1], world[2].HostAddress.ToString());
        Assert.Equal(0UL, world[2].Count(DatapathCounter.DropSource));
    }

    [Fact]
    public void A_relay_forwards_in_the_kernel_and_takes_one_off_the_hop_count()
    {
        using OverlayWorld world = new OverlayWorld(3).Line();
        Ping(world[1], world[3].ContainerAddress.ToString());
        Assert.True(world[2].Count(DatapathCounter.Relayed) >= 2, "the host in the middle relayed nothing");
        Assert.Equal(0UL, world[3].Count(DatapathCounter.DropSource)); // the first host is no neighbour of the third
    }

    [Fact]
    public void Packets_of_strangers_are_dropped_and_counted()
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        Ping(world[1], world[2].ContainerAddress.ToString());
        world[2].Datapath.Tables.SetSource(world[1].Address, null);
        Assert.NotEqual(0, world[1].ExecContainer("ping", "-c1", "-W1", world[2].ContainerAddress.ToString()).ExitCode);
        Assert.True(world[2].Count(DatapathCounter.DropSource) > 0, "nothing was counted");
    }

    private static void Ping(OverlayHost from, string to)
    {
        Shell.Result result = from.ExecContainer("ping", "-c3", "-i0.05", "-W2", to);
        Assert.True(result.ExitCode == 0, result.All);
    }
}
