using Weave.Linux.Bpf;
using Weave.SystemTests.Support;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>Heartbeats, hold and recovery through the real kernel.</summary>
public sealed class PathTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    [Fact]
    public void A_path_is_established_held_when_it_is_cut_and_back_within_sixty_seconds()
    {
        using OverlayWorld world = new(2);
        using OverlayEnd first = new(world[1]);
        using OverlayEnd second = new(world[2]);
        Join(first, second, 77);
        Eventually.True(Patience, "containers talk", () => Ping(world[1], world[2]));

        // Only one direction is cut: both ends must notice.
        world[2].Exec("iptables -I INPUT -p udp --dport 6784 -j DROP");
        Eventually.True(TimeSpan.FromSeconds(30), "both ends hold the path", () => first.IsHeld && second.IsHeld);
        world[2].Exec("iptables -F INPUT");
        Eventually.True(TimeSpan.FromSeconds(60), "both ends use the path again", () => !first.IsHeld && !second.IsHeld);
        Eventually.True(Patience, "containers talk again", () => Ping(world[1], world[2]));
    }

    /// <summary>Were it only told with the next piece of work, containers would be cut off for up to ten seconds.</summary>
    [Fact]
    public void The_kernel_knows_new_routes_before_the_work_that_brought_them_is_over()
    {
        using OverlayWorld world = new(2);
        using OverlayEnd first = new(world[1]);
        using OverlayEnd second = new(world[2]);
        DatapathContents tables = first.ChangeRoutes(second);
        Assert.Equal(world[1].Id, tables.Self);
        Assert.Equal(DatapathRoute.Via(world[2].Id), tables.Routes[world[2].Id]);
        Assert.Equal([world[2].Id], tables.Hops[world[1].Id].Hops);
    }

    private static void Join(OverlayEnd first, OverlayEnd second, ulong uid)
    {
        first.IsEstablished = second.IsEstablished = false;
        first.Other = second;
        second.Other = first;
        first.Connect(second, uid);
        second.Connect(first, uid);
        Eventually.True(Patience, "heartbeats are answered", () => first.IsEstablished && second.IsEstablished && !first.IsHeld && !second.IsHeld);
    }

    private static bool Ping(OverlayHost from, OverlayHost to) =>
        from.ExecContainer("ping", "-c1", "-W1", to.ContainerAddress.ToString()).ExitCode == 0;
}
