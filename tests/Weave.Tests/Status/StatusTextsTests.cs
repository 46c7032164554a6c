using Weave.Api;
using Weave.Status;

namespace Weave.Tests.Status;

public sealed class StatusTextsTests
{
    [Theory]
    [InlineData("plain3", "host1")]
    [InlineData("crypto2", "host1")]
    [InlineData("line3", "host1")]
    public void Every_recorded_text_follows_from_the_recorded_report(string run, string node)
    {
        StatusReport report = RecordedReplies.Parsed(run);
        string[] all = [StatusTexts.Summary(report), StatusTexts.Connections(report), StatusTexts.Peers(report), StatusTexts.Names(report)!, StatusTexts.Allocation(report)!, StatusTexts.Targets(report)];
        (string Node, string Url, bool Json, string Body)[] recorded = [.. RecordedReplies.Of(run).Where(reply => reply.Node == node)];
        int at = Array.FindIndex(recorded, reply => reply.Url == "/report" && reply.Json);
        // The texts were asked for just before the report; the original lists maps in any order, so lines are compared.
        foreach (string url in new[] { "/status", "/status/connections", "/status/peers", "/status/dns", "/status/ipam" })
        {
            if (recorded.Take(at).LastOrDefault(reply => reply.Url == url) is { Url: not null } reply)
            {
                Assert.Contains(Lines(reply.Body), all.Select(Lines));
            }
        }
    }

    [Fact]
    public void A_fresh_router_is_told_as_by_the_original() => Assert.Equal(
        """
                Version: 2.8.2 (version check update disabled)

                Service: router
               Protocol: weave 1..2
                   Name: 00:00:00:00:00:01(host1)
             Encryption: disabled
          PeerDiscovery: enabled
                Targets: 0
            Connections: 0
                  Peers: 1
         TrustedSubnets: none

                Service: ipam
                 Status: idle
                  Range: 10.32.0.0/12
          DefaultSubnet: 10.32.0.0/12

                Service: dns
                 Domain: weave.local.
               Upstream: none
                    TTL: 1
                Entries: 0

                Service: plugin (legacy)
             DriverName: weave

        """,
        StatusTexts.Summary(Fresh() with { Plugin = new PluginReport { DriverName = "weave" } }));

    public static TheoryData<string, AllocationReport> AllocationStates() => new()
    {
        { "idle", new AllocationReport() },
        { "awaiting consensus (quorum: 2, known: 1)", new AllocationReport { Paxos = new ConsensusReport(true, 1, 2) } },
        { "priming", new AllocationReport { Paxos = new ConsensusReport(false, 0, 0) } },
        { "ready", new AllocationReport { Entries = [Entry(true)] } },
        { "waiting for IP(s) to become available", new AllocationReport { Entries = [Entry(true)], PendingAllocates = ["a 10.0.0.0/8"] } },
        { "all IP ranges owned by unreachable peers - use 'rmpeer' if they are dead", new AllocationReport { Entries = [Entry(false)] } },
    };

    [Theory]
    [MemberData(nameof(AllocationStates))]
    public void States_of_allocation_have_the_words_of_the_original(string expected, AllocationReport ipam) =>
        Assert.Contains($"         Status: {expected}\n", StatusTexts.Summary(Fresh() with { Ipam = ipam }), StringComparison.Ordinal);

    [Fact]
    public void Attributes_follow_each_other_without_a_separator() => Assert.Equal(
        "<- 10.77.0.2:40991       established encrypted   sleeve 00:00:00:00:00:02(host2) encrypted=truemtu=1414\n",
        StatusTexts.Connections(new StatusReport
        {
            Router = new RouterReport
            {
                Connections =
                [
                    new ConnectionReport
                    {
                        Address = "10.77.0.2:40991",
                        State = "established",
                        Info = ConnectionReport.InfoOf("sleeve", "00:00:00:00:00:02(host2)", true),
                        Attrs = new Dictionary<string, object> { ["name"] = "sleeve", ["mtu"] = 1414, ["encrypted"] = true, ["rtt"] = 0.3, ["cipher"] = "x" },
                    },
                ],
            },
        }));

    [Fact]
    public void A_lost_owner_is_pointed_out_and_we_come_first() => Assert.Equal(
        "00:00:00:00:00:01(host1)                655487 IPs (62.5% of total) (2 active)\n00:00:00:00:00:02(host2)                393089 IPs (37.5% of total) - unreachable!\n",
        StatusTexts.Allocation(new StatusReport
        {
            Router = new RouterReport { Name = "00:00:00:00:00:01" },
            Ipam = new AllocationReport
            {
                RangeNumIPs = 1048576,
                ActiveIPs = 2,
                Entries = [new RingEntryReport("10.32.0.0", 393089, "00:00:00:00:00:02", "host2", false, 1), new RingEntryReport("10.40.0.0", 655487, "00:00:00:00:00:01", "host1", true, 1)],
            },
        }));

    [Fact]
    public void Conflicts_follow_the_owners_and_space_that_is_held_is_in_the_summary()
    {
        StatusReport report = new()
        {
            Router = new RouterReport { Name = "00:00:00:00:00:01" },
            Ipam = new AllocationReport
            {
                RangeNumIPs = 256,
                Entries = [new RingEntryReport("10.32.0.0", 256, "00:00:00:00:00:01", "host1", true, 1)],
                Conflicts = ["with host2"],
                Held = ["10.32.0.0-10.32.0.7: waiting for host3"],
            },
        };
        Assert.Equal(
            "00:00:00:00:00:01(host1)                   256 IPs (100.0% of total) (0 active)\n       Conflict: with host2\n",
            StatusTexts.Allocation(report));
        Assert.Contains(
            "       Conflict: with host2\n           Held: 10.32.0.0-10.32.0.7: waiting for host3\n",
            StatusTexts.Summary(report),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_allocator_or_names_there_is_nothing_to_tell()
    {
        Assert.Null(StatusTexts.Names(new StatusReport()));
        Assert.Null(StatusTexts.Allocation(new StatusReport()));
    }

    private static StatusReport Fresh() => new()
    {
        Version = "2.8.2",
        Router = new RouterReport { Name = "00:00:00:00:00:01", NickName = "host1", PeerDiscovery = true, Peers = [new PeerReport { Name = "00:00:00:00:00:01", NickName = "host1" }] },
        Ipam = new AllocationReport { Range = "10.32.0.0/12", DefaultSubnet = "10.32.0.0/12" },
        Dns = new NamesReport { Domain = "weave.local.", Ttl = 1 },
    };

    private static RingEntryReport Entry(bool known) => new("10.32.0.0", 5, "00:00:00:00:00:01", "host1", known, 1);

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal));
}
