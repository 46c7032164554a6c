using Weave.SystemTests.Support;

namespace Weave.SystemTests.Overlay;

/// <summary>Without the fast datapath containers may send packets of 65,535 bytes, as with the original, though a TAP device takes fewer.</summary>
public sealed class GreatestMtuTests
{
    private const string Far = "10.32.0.2";
    private const int Greatest = 65535;
    private const int Headers = 28;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("")]
    [InlineData("--password=secret")]
    public void Packets_up_to_the_greatest_cross_or_their_sender_is_told_what_fits(string flags)
    {
        using BareRouters hosts = Two(flags);
        Assert.Equal($"{Greatest}", Mtu("weave"));
        Assert.Equal($"{Greatest}", Mtu("vethwe-bridge"));
        foreach (int size in (int[])[1500, 60000, 65400, 65450, 65521, 65525, 65526, Greatest])
        {
            Eventually.True(Soon, $"{size} bytes cross in fragments", () => Ping(size, "dont"), hosts.Describe);
        }

        string told = BareRouters.TryInContainer(1, $"ping -c 1 -W 2 -M do -s {Greatest - Headers} {Far}; ip route get {Far}").Output;
        Assert.Contains("Frag needed and DF set", told, StringComparison.Ordinal);
        Assert.Matches("mtu 14[0-9][0-9]", told);
    }

    [Fact]
    public void A_router_that_was_killed_leaves_nothing_in_the_way_of_the_next_whatever_its_mtu()
    {
        using BareRouters hosts = Two("");
        hosts.Kill(1);
        hosts.Start(1, "--no-dns --no-fastdp");
        Eventually.True(Soon, "containers talk again", () => Ping(Greatest, "dont"), hosts.Describe);
        hosts.Kill(1);
        hosts.Start(1, "--no-dns --no-fastdp --mtu=1400");
        Assert.Equal("1400", Mtu("weave"));
        Assert.Equal("", Mtu("vethwe-pcap"));
        Eventually.True(Soon, "without the pair, too", () => Ping(1400, "dont"), hosts.Describe);
        hosts.Kill(1);
        hosts.Start(1, "--no-dns");
        Eventually.True(Soon, "with the fast datapath, too", () => Ping(1300, "dont"), hosts.Describe);
    }

    private static BareRouters Two(string flags)
    {
        BareRouters hosts = new(2);
        hosts.Start(1, $"--no-dns --no-fastdp {flags}");
        hosts.Start(2, $"--no-dns --no-fastdp {flags} {BareRouters.AddressOf(1)}");
        foreach (int host in (int[])[1, 2])
        {
            BareRouters.Container(host, $"10.32.0.{host}/12");
        }

        Eventually.True(Soon, "containers talk", () => Ping(100, "dont"), hosts.Describe);
        return hosts;
    }

    /// <summary>A packet of so many bytes, IP header included.</summary>
    private static bool Ping(int size, string fragmentation) =>
        BareRouters.TryInContainer(1, $"ping -c 1 -W 2 -M {fragmentation} -s {size - Headers} {Far}").ExitCode == 0;

    /// <summary>Empty when there is no such link on host 1.</summary>
    private static string Mtu(string link) => BareRouters.TryIn(1, $"cat /sys/class/net/{link}/mtu 2>/dev/null").Output.Trim();
}
