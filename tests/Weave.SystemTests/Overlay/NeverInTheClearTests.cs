using System.Diagnostics;
using System.Text;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Overlay;

/// <summary>
/// With a password and no trust nothing readable crosses the wire, whatever happens to the connection: silence, cut TCP
/// connections, killed routers, wrong passwords. Must never happen 8.
/// </summary>
public sealed class NeverInTheClearTests(ITestOutputHelper output)
{
    /// <summary>Sixteen bytes: ping repeats them through its payload.</summary>
    private const string Canary = "CANARY-IN-A-MINE";

    /// <summary>Sent in the clear on purpose, so that a capture that sees nothing is noticed.</summary>
    private const string Control = "CONTROL-SEEN-YES";

    private const string Nickname = "nickname-canary";
    private const string Right = "--no-dns --password=right-password";
    private static readonly string[] Kinds = ["TCP cut", "silence", "killed", "wrong password"];
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public void Through_breaks_restarts_and_wrong_passwords_nothing_can_be_read() => Run(breaks: 4, blackHole: Soon);

    [Fact]
    [Trait("Run", "OnDemand")]
    public void Through_two_hundred_breaks_nothing_can_be_read_and_no_black_hole_lasts_10_s() => Run(breaks: 200, blackHole: TimeSpan.FromSeconds(10));

    private void Run(int breaks, TimeSpan blackHole)
    {
        using BareRouters hosts = new(2);
        using Capture capture = new("wbaresw", "p2");
        hosts.Start(1, $"{Right} --nickname={Nickname}-1 {BareRouters.AddressOf(2)}");
        hosts.Start(2, $"{Right} --nickname={Nickname}-2 {BareRouters.AddressOf(1)}");
        BareRouters.Container(1, "10.32.0.1/12");
        BareRouters.Container(2, "10.32.0.2/12");
        Eventually.True(Soon, "containers talk", Talk, hosts.Describe);
        using Process unicast = Pings("10.32.0.2");
        using Process flooded = Pings("-b 10.47.255.255");
        try
        {
            double[] longest = new double[Kinds.Length];
            for (int i = 0; i < breaks; i++)
            {
                Break(hosts, i);
                Stopwatch watch = Stopwatch.StartNew();
                Eventually.True(blackHole, $"containers talk after break {i}", Talk, hosts.Describe);
                longest[KindOf(i)] = Math.Max(longest[KindOf(i)], watch.Elapsed.TotalSeconds);
                if (IsNew(i) && breaks > Kinds.Length)
                {
                    StayTogether(hosts);
                }
            }

            output.WriteLine($"{breaks} breaks, {capture.Count("udp port 6783")} datagrams seen; at most so long until containers talked again: "
                + string.Join(", ", Kinds.Zip(longest, (kind, time) => $"{kind} {time:0.0} s")));
        }
        finally
        {
            unicast.Kill();
            flooded.Kill();
        }

        BareRouters.In(1, $"ping -c 3 -i 0.2 -W 5 -s 600 -p {Hex(Control)} {BareRouters.AddressOf(2)}");
        Eventually.True(Soon, "what is in the clear is seen", () => capture.Saw(Control));
        Assert.True(capture.Count("udp port 6783") > 10 * breaks, "hardly any datagram was captured");
        Assert.False(capture.Saw(Canary), "data was seen in the clear");
        Assert.False(capture.Saw(Nickname), "what the routers tell each other was seen in the clear");
    }

    /// <summary>Each kind once, then most often what is most frequent in life.</summary>
    private static int KindOf(int turn) => turn < Kinds.Length ? turn : (turn % 20) switch { < 12 => 0, < 17 => 1, < 19 => 2, _ => 3 };

    /// <summary>After this turn the routers do not know each other, since one has just been started, or both have.</summary>
    private static bool IsNew(int turn) => turn == 0 || KindOf(turn) >= 2;

    /// <summary>
    /// Whoever was with us for more than 10 s is dialled again every 2 s, whatever happens in the next quarter of an hour. Other
    /// neighbours are dialled less and less often, and here each connection is cut as soon as it stands.
    /// </summary>
    private static void StayTogether(BareRouters hosts)
    {
        Stopwatch together = Stopwatch.StartNew();
        Eventually.True(
            Soon,
            "the routers are together for a while",
            () =>
            {
                if (!AreConnected())
                {
                    together.Restart();
                }

                return together.Elapsed > TimeSpan.FromSeconds(11);
            },
            hosts.Describe);
    }

    private static bool AreConnected() =>
        new[] { 1, 2 }.All(host => BareRouters.Connections(host).Contains("established encrypted sleeve", StringComparison.Ordinal));

    private static void Break(BareRouters hosts, int turn)
    {
        switch (KindOf(turn))
        {
            case 0:
                CutTcp(hosts);
                break;
            case 1:
                Shell.Run("ip", "-n", "wbaresw", "link", "set", "p1", "down");
                Eventually.True(Soon, "silence", () => !Talk());
                Shell.Run("ip", "-n", "wbaresw", "link", "set", "p1", "up");
                break;
            case 2:
                hosts.Kill(2);
                hosts.Start(2, $"{Right} --nickname={Nickname}-2 {BareRouters.AddressOf(1)}");
                break;
            default:
                hosts.Stop(2);
                hosts.Start(2, $"--no-dns --password=wrong-password --nickname={Nickname}-2 {BareRouters.AddressOf(1)}");
                Eventually.True(Soon, "a wrong password is noticed", () => Says(2, "Unable to decrypt"), hosts.Describe);
                Assert.DoesNotContain("established", BareRouters.Connections(2), StringComparison.Ordinal);
                Assert.False(Talk(), "containers talk though the passwords differ");
                hosts.Stop(2);
                hosts.Start(2, $"{Right} --nickname={Nickname}-2 {BareRouters.AddressOf(1)}");
                break;
        }
    }

    /// <summary>Resets the control connection until both notice; the data outlives it.</summary>
    private static void CutTcp(BareRouters hosts)
    {
        const string Rule = "-p tcp -m multiport --ports 6783 -j REJECT --reject-with tcp-reset";
        BareRouters.In(1, $"iptables -w -I INPUT {Rule} && iptables -w -I OUTPUT {Rule}");
        foreach (int host in (int[])[1, 2])
        {
            // At once where the kernel can, else when the next gossip is sent.
            BareRouters.TryIn(host, "ss -K '( sport = :6783 or dport = :6783 )'");
        }

        Eventually.True(Soon, "the control connection is lost", () => !BareRouters.Connections(1).Contains("established", StringComparison.Ordinal), hosts.Describe);
        BareRouters.In(1, $"iptables -w -D INPUT {Rule} && iptables -w -D OUTPUT {Rule}");
        Eventually.True(Soon, "it is made anew", AreConnected, hosts.Describe);
    }

    private static bool Says(int host, string words) =>
        BareRouters.Connections(host).Contains(words, StringComparison.Ordinal);

    private static bool Talk() => BareRouters.TryInContainer(1, $"ping -c 1 -W 1 -s 600 -p {Hex(Canary)} 10.32.0.2").ExitCode == 0;

    /// <summary>Pings that go on, whatever happens to them.</summary>
    private static Process Pings(string target) => Process.Start(new ProcessStartInfo(
        "ip", ["netns", "exec", "wbarec1", "bash", "-c", $"exec ping -q -i 0.1 -s 600 -p {Hex(Canary)} {target} >/dev/null 2>&1"]))!;

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));
}
