using System.Diagnostics;
using System.Globalization;
using Weave.Core.Primitives;
using Weave.Linux.NetNs;
using Weave.Linux.Sockets;
using Weave.SystemTests.Support;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.Overlay;

/// <summary>Hostile datagrams as fast as this machine makes them: no crash, no growth, no answer, and containers keep talking.</summary>
public sealed class SleeveFloodTests(ITestOutputHelper output)
{
    private const int Datagrams = 400_000;
    private const int AllowedGrowthKilobytes = 16 * 1024;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>By a stranger, and in the name of a neighbour; of the size of heartbeats, and of full size.</summary>
    [Theory]
    [InlineData("strangers", 0x0909_0909_0909, 60)]
    [InlineData("strangers", 0x0909_0909_0909, 1400)]
    [InlineData("forged", 0x02, 60)]
    [InlineData("forged", 0x02, 1400)]
    public void A_flood_costs_little_and_changes_nothing(string counted, ulong sender, int size)
    {
        using BareRouters hosts = new(3);
        hosts.Start(1, $"--no-dns --password=secret {BareRouters.AddressOf(2)}");
        hosts.Start(2, $"--no-dns --password=secret");
        BareRouters.Container(1, "10.32.0.1/12");
        BareRouters.Container(2, "10.32.0.2/12");
        Eventually.True(Soon, "containers talk", () => BareRouters.Reaches(1, "10.32.0.2"), hosts.Describe);
        Flood(sender, size, Datagrams / 10); // so that everything that grows once has grown
        int memory = hosts.MemoryKilobytes(1);
        long before = BareRouters.SleeveEvents(1, counted);
        TimeSpan busy = IngressTime(hosts);
        long answers = SentTo3();

        Flood(sender, size, Datagrams);
        Assert.True(BareRouters.Reaches(1, "10.32.0.2") || BareRouters.Reaches(1, "10.32.0.2"), hosts.Describe());

        long taken = BareRouters.SleeveEvents(1, counted) - before;
        double each = (IngressTime(hosts) - busy).TotalMicroseconds / taken;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{counted}, {size} bytes: {taken} of {Datagrams} taken, {each:0.00} us of CPU each with the kernel's part; memory {memory} to {hosts.MemoryKilobytes(1)} KB"));
        Assert.True(taken > Datagrams / 100, $"only {taken} were taken: that tries nothing\n{hosts.Describe()}");
        Assert.True(hosts.MemoryKilobytes(1) < memory + AllowedGrowthKilobytes, $"memory grew from {memory} to {hosts.MemoryKilobytes(1)} KB");
        Assert.Equal(answers, SentTo3());
        Assert.Contains("established encrypted sleeve", BareRouters.Connections(1), StringComparison.Ordinal);
    }

    /// <summary>Datagrams of random bytes behind a sender's name, from a host that is no peer.</summary>
    private static void Flood(ulong sender, int size, int count)
    {
        using UdpSocket socket = new NetworkNamespaces().Run("/var/run/netns/wbare3", () => UdpSocket.Open(default, 6783, dontFragment: true));
        using UdpSendQueue queue = new(socket, socket, new NoMatter());
        Assert.True(Ipv4Address.TryParse(BareRouters.AddressOf(1), out Ipv4Address target));
        byte[] datagram = new byte[size];
        new SeededRandom((ulong)size).Fill(datagram);
        new PeerName(sender).Write(datagram);
        for (int i = 0; i < count; i++)
        {
            if (!queue.HasRoom)
            {
                queue.Flush();
            }

            // The first counters of the first epoch, so that each costs a whole check.
            datagram.AsSpan(PeerName.Size, sizeof(ulong)).Clear();
            datagram[PeerName.Size + sizeof(ulong) - 1] = (byte)i;
            datagram.CopyTo(queue.Room);
            queue.Commit(size, target, 6783, dontFragment: true, segmentable: true, socket);
        }

        queue.Flush();
    }

    /// <summary>CPU time of the thread that receives, in user space and in the kernel.</summary>
    private static TimeSpan IngressTime(BareRouters hosts)
    {
        string thread = Directory.GetDirectories($"/proc/{hosts.Pid(1)}/task")
            .Single(task => File.ReadAllText($"{task}/comm").Trim() == "sleeve-in");
        return TimeSpan.FromMicroseconds(
            double.Parse(File.ReadAllText($"{thread}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000);
    }

    /// <summary>UDP packets that the victim sent to the flooder.</summary>
    private static long SentTo3() => long.Parse(
        BareRouters.In(
            1,
            $"iptables -w -C OUTPUT -d {BareRouters.AddressOf(3)} -p udp 2>/dev/null || iptables -w -I OUTPUT -d {BareRouters.AddressOf(3)} -p udp; "
            + $"iptables -w -vnxL OUTPUT | awk '/{BareRouters.AddressOf(3)}/ {{print $1}}'"),
        CultureInfo.InvariantCulture);

    private sealed class NoMatter : IUdpSendErrors
    {
        public void OnSendError(object owner, SendOutcome outcome, int datagrams)
        {
            // A flood that does not get away is a smaller flood; the test counts what arrived.
        }

        public void OnNotSegmented(object owner)
        {
            // Sent one by one.
        }
    }
}
