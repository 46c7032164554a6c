using Weave.SystemTests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>Broadcast and multicast, and what happens when the tables of the hosts do not agree.</summary>
public sealed class FloodingTests
{
    private const int Frames = 1000;

    /// <summary>Sent in one go. A burst waits in one queue of the kernel (net.core.netdev_max_backlog, 1,000) at each veth that it passes.</summary>
    private const int Burst = 100;

    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_broadcast_and_multicast_arrives_once_on_every_host(bool line)
    {
        using OverlayWorld world = line ? new OverlayWorld(3).Line() : new OverlayWorld(3).FullMesh();
        foreach (OverlayHost host in world.Hosts)
        {
            // Counts, in the container, what comes in from others: the kernel shows a sender its own broadcasts.
            string rule = $"nft add rule ip t in udp dport 5007 ip saddr != {host.ContainerAddress}";
            OverlayHost.InNamespace(
                host.Container,
                "nft add table ip t; nft add chain ip t in '{ type filter hook prerouting priority 0; }'; "
                    + $"{rule} ip daddr 239.1.2.3 counter drop; {rule} ip daddr 10.47.255.255 counter drop");
        }

        int overflowed = KernelQueue.Overflowed();
        int sent = 0;
        for (int burst = 0; burst < Frames / Burst; burst++)
        {
            foreach (OverlayHost host in world.Hosts)
            {
                host.Send("239.1.2.3", 5007, Burst);
                host.Send("10.47.255.255", 5007, Burst);
            }

            sent += Burst * (world.Hosts.Count - 1);
            Eventually.True(
                Soon,
                $"{sent} of each kind are on every host",
                () => world.Hosts.All(host => host.Counted().SequenceEqual([sent, sent])),
                () => $"{Everything(world)}, {KernelQueue.Overflowed() - overflowed} lost in the kernel's queues");
        }

        Eventually.True(Soon, "the last frame ends", () => Quiet(world));
        Assert.All(world.Hosts, host => Assert.Equal([sent, sent], host.Counted()));
    }

    [Fact]
    public void Unicast_that_runs_in_a_circle_ends_with_its_hop_count()
    {
        using OverlayWorld world = new OverlayWorld(5).FullMesh();
        Learn(world, 1, 5);
        ulong before = Sum(world, DatapathCounter.Relayed);
        foreach ((int from, int to) in new[] { (1, 2), (2, 3), (3, 4), (4, 2) })
        {
            world[from].Datapath.Tables.SetRoute(world[5].Id, DatapathRoute.Via(world[to].Id));
        }

        Assert.NotEqual(0, world[1].ExecContainer("ping", "-c1", "-W1", world[5].ContainerAddress.ToString()).ExitCode);
        ulong ended = Sum(world, DatapathCounter.DropTimeToLive);
        ulong relayed = Sum(world, DatapathCounter.Relayed) - before;
        Assert.True(ended >= 1, "nothing ended by its hop count");
        Assert.Equal(63 * ended, relayed);
    }

    [Fact]
    public void Broadcasts_that_run_in_a_circle_end()
    {
        using OverlayWorld world = new OverlayWorld(3).FullMesh();
        Learn(world, 1, 2);
        foreach (OverlayHost host in world.Hosts)
        {
            // Everybody passes everything on to everybody: the worst that three disagreeing hosts can do.
            foreach (OverlayHost source in world.Hosts)
            {
                ShortId[] others = [.. world.Hosts.Where(other => other != host).Select(other => other.Id)];
                host.Datapath.Tables.SetHops(source.Id, new DatapathHops(source == host ? null : source.Id, others));
            }
        }

        ulong before = Sent(world);

        // Two copies of each; each copy is passed on once, to the third host and not back, and goes no further. What the
        // kernels say of their own accord comes on top; a single circle would add as much again.
        for (ulong sent = Burst; sent <= Frames; sent += Burst)
        {
            world[1].Send("239.1.2.3", 5007, Burst);
            Eventually.True(Soon, $"{4 * sent} copies are sent", () => Sent(world) - before >= 4 * sent, () => $"{Sent(world) - before}");
        }

        Eventually.True(Soon, "the last frame ends", () => Quiet(world), () => $"{Sent(world) - before} copies sent");
        Assert.InRange(Sent(world) - before, 4UL * Frames, 5UL * Frames);
    }

    [Fact]
    public void A_flooded_frame_is_copied_to_a_thousand_next_hops()
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        Learn(world, 1, 2);
        ShortId[] hops = [.. Enumerable.Range(1000, 1000).Select(id => new ShortId((ushort)id))];
        foreach (ShortId hop in hops)
        {
            // All at one address, where they are strangers: what is counted is what leaves.
            world[1].Datapath.Tables.SetNeighbour(hop, new DatapathNeighbour(world[2].Address, 0, Fast: true));
        }

        world[1].Datapath.Tables.SetHops(world[1].Id, new DatapathHops(null, hops));
        (ulong sent, ulong flooded, ulong refused) = (world[1].Count(DatapathCounter.SentFast), world[1].Count(DatapathCounter.Flooded), world[1].Count(DatapathCounter.DropSend));
        ulong Flooded() => world[1].Count(DatapathCounter.Flooded) - flooded; // the kernel may say something of its own
        for (ulong frame = 1; frame <= 3; frame++)
        {
            // One at a time: its copies fill the kernel's queue, where another frame of the container would wait.
            world[1].Send("239.1.2.3", 5007, 1);
            Eventually.True(Soon, $"frame {frame} is flooded", () => Flooded() >= frame);
        }

        Eventually.True(
            Soon,
            "a copy goes to every hop",
            () => world[1].Count(DatapathCounter.SentFast) - sent == (ulong)hops.Length * Flooded(),
            () => $"{world[1].Count(DatapathCounter.SentFast) - sent} copies of {Flooded()} frames");
        Assert.Equal(refused, world[1].Count(DatapathCounter.DropSend));
    }

    [Fact]
    public void A_container_that_moves_is_found_after_it_says_so()
    {
        using OverlayWorld world = new OverlayWorld(3).FullMesh();
        Learn(world, 1, 2);
        string mac = world[2].Mac.ToString();
        OverlayHost.InNamespace(world[2].Container, "ip addr flush dev ethwe; ip link set ethwe down");
        OverlayHost.InNamespace(world[3].Container, $"ip link set ethwe down; ip link set ethwe address {mac}; ip addr flush dev ethwe; ip link set ethwe up; "
            + $"ip addr add {world[2].ContainerAddress}/12 dev ethwe; arping -U -c 1 -I ethwe {world[2].ContainerAddress} >/dev/null; true");
        Shell.Result ping = world[1].ExecContainer("ping", "-c2", "-i0.2", "-W2", world[2].ContainerAddress.ToString());
        Assert.True(ping.ExitCode == 0, ping.All);
        DatapathMac learned = world[1].Datapath.ReadMacs().Single(entry => entry.Address == world[2].Mac);
        Assert.Equal(world[3].Id, learned.Peer);
    }

    private static void Learn(OverlayWorld world, int from, int to)
    {
        Shell.Result ping = world[from].ExecContainer("ping", "-c1", "-W2", world[to].ContainerAddress.ToString());
        Assert.True(ping.ExitCode == 0, ping.All);
    }

    private static string Everything(OverlayWorld world) => string.Join("; ", world.Hosts.Select(host => string.Join(' ', host.Counted())));

    private static bool Quiet(OverlayWorld world)
    {
        ulong before = Sent(world);
        Shell.Bash("sleep 0.5");
        return Sent(world) == before;
    }

    private static ulong Sent(OverlayWorld world) => Sum(world, DatapathCounter.SentFast);

    private static ulong Sum(OverlayWorld world, DatapathCounter counter) =>
        world.Hosts.Aggregate(0UL, (sum, host) => sum + host.Count(counter));
}
