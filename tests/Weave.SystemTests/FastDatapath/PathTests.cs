using System.Diagnostics;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.FastDatapath;

/// <summary>Heartbeats, hold and recovery, and the replacement of a daemon, through the real kernel.</summary>
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

    [Fact]
    public void No_packet_is_lost_while_a_daemon_is_replaced()
    {
        using OverlayWorld world = new(2);
        using OverlayEnd first = new(world[1]);
        OverlayEnd second = new(world[2]);
        Join(first, second, 77);
        Eventually.True(Patience, "containers talk", () => Ping(world[1], world[2]));
        using Process ping = Process.Start(new ProcessStartInfo(
            "ip", ["netns", "exec", world[1].Container, "ping", "-q", "-i", "0.001", "-c", "10000", world[2].ContainerAddress.ToString()])
        {
            RedirectStandardOutput = true,
        })!;
        for (ulong uid = 78; uid < 82; uid++)
        {
            second.Dispose();
            Thread.Sleep(500); // the time between a stop and a launch, with nobody there
            second = new OverlayEnd(world[2]);
            Assert.True(second.Adopted, "the running datapath was not adopted");
            Thread.Sleep(500); // a daemon that knows no neighbour yet
            first.Disconnect();
            Join(first, second, uid);
        }

        string said = ping.StandardOutput.ReadToEnd();
        ping.WaitForExit();
        second.Dispose();
        Assert.Contains("10000 packets transmitted, 10000 received, 0% packet loss", said, StringComparison.Ordinal);
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
