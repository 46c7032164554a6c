using System.Text.Json;
using Weave.Api;
using Weave.Core.Overlay;
using Weave.Overlay;
using Weave.Tests.Status;
using Weave.Wire.Primitives;

namespace Weave.Tests.Overlay;

/// <summary>What sleeve alone learned and took from the kernel, as the report shows it.</summary>
public sealed class SleeveReportTests
{
    private static readonly DateTime Wall = new(2020, 2, 2, 12, 0, 10, DateTimeKind.Utc);

    [Fact]
    public void Addresses_have_their_peer_its_nickname_and_the_time_of_the_wall_clock()
    {
        MacTable table = new();
        table.Move(TimeSpan.FromSeconds(96), Mac(1), PeerName.Parse("00:00:00:00:00:01"));
        table.Move(TimeSpan.FromSeconds(99), Mac(2), PeerName.Parse("00:00:00:00:00:02"));
        table.Move(TimeSpan.FromSeconds(100), Mac(3), PeerName.Parse("00:00:00:00:00:03"));
        Assert.Equal(
            [
                new MacReport("0a:00:00:00:00:01", "00:00:00:00:00:01", "self", Wall - TimeSpan.FromSeconds(4)),
                new MacReport("0a:00:00:00:00:02", "00:00:00:00:00:02", "near", Wall - TimeSpan.FromSeconds(1)),
                new MacReport("0a:00:00:00:00:03", "00:00:00:00:00:03", "", Wall),
            ],
            SleeveReport.Macs(
                table.List(),
                [new PeerReport { Name = "00:00:00:00:00:01", NickName = "self" }, new PeerReport { Name = "00:00:00:00:00:02", NickName = "near" }],
                TimeSpan.FromSeconds(100),
                Wall));
    }

    [Fact]
    public void Figures_of_the_capture_have_the_recorded_names()
    {
        SleeveCounters egress = new() { FramesCaptured = 7 };
        IReadOnlyDictionary<string, long> stats = SleeveReport.CaptureStats([.. SleeveCounters.Sum([egress, new SleeveCounters()]), (SleeveOverlay.CaptureOverflow, 3)]);
        using JsonDocument recorded = JsonDocument.Parse(RecordedReplies.Report("plain3"));
        Assert.Equal(
            recorded.RootElement.GetProperty("Router").GetProperty("CaptureStats").EnumerateObject().Select(member => member.Name),
            stats.Keys);
        Assert.Equal([3, 0, 7], stats.Values);
    }

    private static MacAddress Mac(ulong number) => new(0x0a_00_00_00_00_00 + number);
}
