using Weave.Api;
using Weave.Linux.Bpf;
using Weave.Linux.Netlink;
using Weave.Overlay.Fast;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Overlay.Fast;

/// <summary>The kernel's tables as the report shows them.</summary>
public sealed class FastDiagnosticsTests
{
    private static readonly ShortId Self = new(0x101);
    private static readonly ShortId Near = new(0x202);
    private static readonly ShortId Far = new(0x303);
    private static readonly ShortId Lost = new(0x404);
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);

    private static readonly DatapathContents Contents = new()
    {
        Self = Self,
        Routes = new Dictionary<ShortId, DatapathRoute> { [Self] = DatapathRoute.None, [Near] = DatapathRoute.Via(Near), [Far] = DatapathRoute.Via(Far), [Lost] = DatapathRoute.None },
        Neighbours = new Dictionary<ShortId, DatapathNeighbour>
        {
            [Near] = new(Ipv4Address.Parse("192.0.2.2"), 0, Fast: true),
            [Far] = new(default, 0, Fast: false),
        },
        Sources = new Dictionary<Ipv4Address, ushort>(),
        Hops = new Dictionary<ShortId, DatapathHops>(),
    };

    private readonly FastDiagnostics _diagnostics = new(
    [
        new PeerReport { Name = "00:00:00:00:00:02", NickName = "near", ShortID = Near.Value },
        new PeerReport { Name = "00:00:00:00:00:03", NickName = "far", ShortID = Far.Value },
    ]);

    [Fact]
    public void Neighbours_and_routes_are_named_and_those_of_nobody_are_shown_too()
    {
        OverlayReport report = Report();
        Assert.Equal(
            [
                new DatapathNeighbourReport("00:00:00:00:00:02", "near", Near.Value, "192.0.2.2", "fastdp"),
                new DatapathNeighbourReport("00:00:00:00:00:03", "far", Far.Value, "", "sleeve"),
            ],
            report.Neighbours!);
        Assert.Equal(["", "00:00:00:00:00:02", "00:00:00:00:00:03", ""], report.Routes!.Select(route => route.Via));
        Assert.Equal("", report.Routes![3].Name);
    }

    [Fact]
    public void A_flow_is_an_address_at_another_peer_that_frames_can_reach()
    {
        OverlayReport report = Report(
            new DatapathMac(new MacAddress(1), Self, Now, 0, 0),
            new DatapathMac(new MacAddress(2), Near, Now - TimeSpan.FromSeconds(3), 0, 0),
            new DatapathMac(new MacAddress(3), Far, Now, 0, 0),
            new DatapathMac(new MacAddress(4), Lost, Now, 0, 0));
        Assert.Equal(["EthernetFlowKey{dst: 00:00:00:00:00:02}", "EthernetFlowKey{dst: 00:00:00:00:00:03}"], report.Flows.SelectMany(flow => flow.FlowKeys));
        Assert.Equal(["SetTunnelAction{id: 101->202, dst: 192.0.2.2}", "HandOver{to: 00:00:00:00:00:03}"], report.Flows.SelectMany(flow => flow.Actions));
        Assert.Equal([3000UL, 0UL], report.Flows.Select(flow => flow.Used));
    }

    [Fact]
    public void Addresses_are_dated_by_the_wall_clock()
    {
        DateTime wall = new(2020, 2, 2, 12, 0, 10, DateTimeKind.Utc);
        MacReport mac = Assert.Single(_diagnostics.Macs([new DatapathMac(new MacAddress(2), Near, Now - TimeSpan.FromSeconds(4), 0, 0)], Now, wall));
        Assert.Equal(new MacReport("00:00:00:00:00:02", "00:00:00:00:00:02", "near", wall - TimeSpan.FromSeconds(4)), mac);
    }

    [Theory]
    [InlineData(DatapathCounter.SentFast, "sent_fast")]
    [InlineData(DatapathCounter.Relayed, "relayed")]
    [InlineData(DatapathCounter.DropTimeToLive, "drop_time_to_live")]
    public void Counters_are_named_in_lower_case(DatapathCounter counter, string name) => Assert.Equal(name, FastDiagnostics.NameOf(counter));

    [Fact]
    public void What_leaves_the_kernel_is_counted_under_the_name_of_the_original() => Assert.Equal(
        new Dictionary<string, long> { ["FlowMisses"] = 4 },
        FastDiagnostics.CaptureStats(new Dictionary<DatapathCounter, ulong> { [DatapathCounter.SentHandover] = 4, [DatapathCounter.SentFast] = 9 }));

    [Fact]
    public void Ports_and_counters_are_those_of_the_kernel()
    {
        OverlayReport report = Report();
        Assert.Equal([new VportReport(7, "vxlan-6784", "vxlan"), new VportReport(8, "vethwe-sleeve", "tap")], report.Vports);
        Assert.Equal(5UL, report.Counters!["drop_source"]);
    }

    private OverlayReport Report(params DatapathMac[] macs) => _diagnostics.Overlay(
        Contents,
        macs,
        new Dictionary<DatapathCounter, ulong> { [DatapathCounter.DropSource] = 5 },
        [new Link(7, "vxlan-6784", "vxlan", default, 1376, true, 1, 0), new Link(8, "vethwe-sleeve", "tun", default, 65521, true, 0, 0)],
        Now);
}
