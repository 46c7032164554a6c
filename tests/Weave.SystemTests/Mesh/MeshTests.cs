using System.Diagnostics;
using System.Text.Json;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Mesh;

/// <summary>Three live routers in a line: they know the topology within 5 s, and again after the middle one was killed.</summary>
public sealed class MeshTests
{
    private const string Line = "1-2 2-1 2-3 3-2";
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UsualAnswers = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData("", "", "established sleeve", 2)]
    [InlineData("--password=secret", "", "established encrypted   sleeve", 2)]
    [InlineData("", "--max-protocol-version=1", "established sleeve", 1)]
    [InlineData("--password=secret --min-protocol-version=1", "--max-protocol-version=1", "established encrypted   sleeve", 1)]
    public void Status_shows_the_line_within_5_s_of_start_and_again_after_the_middle_was_killed_and_resumed(string all, string middle, string connection, int version)
    {
        using MeshHosts hosts = new();
        hosts.Start(1, all);
        hosts.Start(2, $"{all} {middle} {MeshHosts.AddressOf(1)}");
        hosts.Start(3, $"{all} {MeshHosts.AddressOf(2)}");
        Eventually.True(OnThisMachine(Start), "all three show the line", AllShowTheLine, hosts.Describe);
        Assert.All([1, 3], end => Assert.Contains(connection, MeshHosts.Get(end, "/status/connections"), StringComparison.Ordinal));
        Assert.Equal(version, MeshHosts.Router(2).GetProperty("ProtocolMaxVersion").GetInt32());
        ulong before = Incarnation(1, 2);

        hosts.Kill(2);
        Eventually.True(
            Soon,
            "both ends know that they lost the middle",
            () => new[] { 1, 3 }.All(end => Own(end).Length == 0 && !MeshHosts.Get(end, "/status/connections").Contains("established", StringComparison.Ordinal)),
            hosts.Describe);

        // Nobody tells it of router 1 this time.
        hosts.Start(2, $"{all} {middle} --resume");
        Eventually.True(Soon, "all three show the line again", AllShowTheLine, hosts.Describe);
        Assert.Equal(MeshHosts.AddressOf(1), MeshHosts.Get(2, "/status/targets").Trim());
        Assert.NotEqual(before, Incarnation(1, 2));
        Assert.NotEqual(before, Incarnation(3, 2));
    }

    /// <summary>The kernel of the host that dialled forgets the connection, and the other one is not told: must never happen 8.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("--password=secret")]
    public void A_dialler_whose_connection_died_unseen_by_the_other_end_is_back_within_10_s_each_time(string all)
    {
        using MeshHosts hosts = new();
        hosts.Start(1, all);
        hosts.Start(2, $"{all} {MeshHosts.AddressOf(1)}");
        Eventually.True(Soon, "two hosts know each other", FirstTwoShowEachOther, hosts.Describe);
        Shell.Run("ip", "netns", "exec", "wmesh2", "iptables", "-A", "OUTPUT", "-p", "tcp", "--tcp-flags", "RST", "RST", "-j", "DROP");
        for (int i = 0; i < 4; i++)
        {
            int ended = MeshHosts.Router(1).GetProperty("TerminationCount").GetInt32();
            Shell.Run("ip", "netns", "exec", "wmesh2", "ss", "-K", "dst", MeshHosts.AddressOf(1), "dport", "=", "6783");
            Eventually.True(
                TimeSpan.FromSeconds(10),
                $"after break {i} a new connection is established at both ends",
                () => MeshHosts.Router(1).GetProperty("TerminationCount").GetInt32() > ended
                    && new[] { 1, 2 }.All(host => MeshHosts.Get(host, "/status/connections") is { } shown
                        && shown.Contains("established", StringComparison.Ordinal) && !shown.Contains("control connection lost", StringComparison.Ordinal)),
                hosts.Describe);
        }
    }

    /// <summary>Machines cloned with their machine id have one name: must never happen 11.</summary>
    [Fact]
    public void A_clone_is_refused_with_words_and_the_first_is_untouched()
    {
        using MeshHosts hosts = new();
        hosts.Start(1, "");
        hosts.Start(2, MeshHosts.AddressOf(1));
        Eventually.True(Soon, "two hosts know each other", FirstTwoShowEachOther, hosts.Describe);
        ulong before = Incarnation(2, 1);

        hosts.Start(3, $"--name=00:00:00:00:00:01 {MeshHosts.AddressOf(2)}");
        Eventually.True(
            Soon,
            "whom the clone dialled says that two machines have one name",
            () => SaysWhy(2, "two machines have one name"),
            hosts.Describe);

        // Whom it did not dial cannot tell it; the first can.
        Shell.Run("ip", "netns", "exec", "wmesh3", "curl", "-sf", "-m", "5", "-d", $"peer={MeshHosts.AddressOf(1)}", "127.0.0.1:6784/connect");
        Eventually.True(Soon, "the clone and the first say so too", () => SaysWhy(3, "--name") && SaysWhy(1, "--name"), hosts.Describe);
        Assert.True(FirstTwoShowEachOther(), hosts.Describe());
        Assert.Equal(before, Incarnation(2, 1));
        Assert.DoesNotContain("established", MeshHosts.Get(3, "/status/connections"), StringComparison.Ordinal);
    }

    private static bool FirstTwoShowEachOther() => new[] { 1, 2 }.All(host => MeshHosts.Topology(host) == "1-2 2-1");

    private static bool SaysWhy(int host, string words) => $"{MeshHosts.Report(host)}".Contains(words, StringComparison.Ordinal);

    private static bool AllShowTheLine() => Enumerable.Range(1, MeshHosts.Count).All(host =>
        MeshHosts.Topology(host) == Line && MeshHosts.Elements(MeshHosts.Router(host), "UnicastRoutes").Count() == MeshHosts.Count);

    /// <summary>Longer where other work keeps the machine from answering at its usual pace.</summary>
    private static TimeSpan OnThisMachine(TimeSpan time)
    {
        Stopwatch watch = Stopwatch.StartNew();
        AllShowTheLine();
        return time * Math.Max(1, watch.Elapsed / UsualAnswers);
    }

    /// <summary>The links that a router has itself.</summary>
    private static JsonElement[] Own(int host) =>
        [.. Peer(host, host) is { } self ? MeshHosts.Elements(self, "Connections") : []];

    private static ulong Incarnation(int host, int of) => Peer(host, of)!.Value.GetProperty("UID").GetUInt64();

    private static JsonElement? Peer(int host, int of) =>
        MeshHosts.Elements(MeshHosts.Router(host), "Peers").Cast<JsonElement?>()
            .FirstOrDefault(peer => peer!.Value.GetProperty("Name").GetString() == $"00:00:00:00:00:0{of}");
}
