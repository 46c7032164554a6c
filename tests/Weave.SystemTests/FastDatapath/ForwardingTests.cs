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

    /// <summary>A container that was removed and is back with its address: nothing is put straight into what is not there any more.</summary>
    [Fact]
    public void A_container_that_comes_back_with_its_mac_address_is_reached_before_its_port_has_a_program()
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        OverlayHost host = world[1];
        host.Run(() =>
        {
            host.Datapath.AttachPort(host.Veth);
            return 0;
        });
        Ping(host, world[2].ContainerAddress.ToString());
        Shell.Bash(string.Join('\n',
            "set -e",
            $"ip -n {host.Name} link del {host.Veth}",
            $"ip -n {host.Name} link add again mtu {OverlayHost.MtuBytes} type veth peer name ethwe mtu {OverlayHost.MtuBytes} netns {host.Container}",
            $"ip -n {host.Name} link set again master weave up",
            $"ip -n {host.Container} link set ethwe address {host.Mac} up; ip -n {host.Container} addr add {host.ContainerAddress}/12 dev ethwe"));
        Ping(host, world[2].ContainerAddress.ToString());
    }

    private static void Ping(OverlayHost from, string to)
    {
        Shell.Result result = from.ExecContainer("ping", "-c3", "-i0.05", "-W2", to);
        Assert.True(result.ExitCode == 0, result.All);
    }
}
