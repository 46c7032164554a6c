using Weave.Api;
using Weave.Core.Overlay;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>
/// Sleeve as a port of the bridge in the report: what it learned and what it took from the kernel. Behind the fast datapath
/// the kernel learns, and there is nothing to say here. Goes after the mesh, whose section of the report it adds to.
/// </summary>
internal sealed class SleeveReport(SleeveOverlay sleeve, TimeProvider time) : IReportSection
{
    public ValueTask<StatusReport> AddToAsync(StatusReport report, CancellationToken cancel)
    {
        if (sleeve.Macs is not MacTable macs)
        {
            return ValueTask.FromResult(report);
        }

        RouterReport router = report.Router ?? new RouterReport();
        return ValueTask.FromResult(report with
        {
            Router = router with
            {
                CaptureStats = CaptureStats(sleeve.Counters),
                MACs = Macs(macs.List(), router.Peers ?? [], sleeve.Now, time.GetUtcNow().UtcDateTime),
            },
        });
    }

    /// <summary>The original's three figures of libpcap. A TAP device has one queue, and what overflows it is dropped for want of room.</summary>
    /// <param name="counters">As of <see cref="SleeveOverlay.Counters"/>.</param>
    internal static IReadOnlyDictionary<string, long> CaptureStats(IEnumerable<(string Name, long Value)> counters)
    {
        Dictionary<string, long> named = counters.ToDictionary(counter => counter.Name, counter => counter.Value);
        return new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["PacketsDropped"] = named[SleeveOverlay.CaptureOverflow],
            ["PacketsIfDropped"] = 0,
            ["PacketsReceived"] = named[SleeveCounters.Captured],
        };
    }

    /// <summary>Dated with the wall's clock. A peer that the topology does not know any more has no nickname.</summary>
    internal static IReadOnlyList<MacReport> Macs(
        IEnumerable<(MacAddress Mac, PeerName Peer, TimeSpan LastSeen)> macs, IEnumerable<PeerReport> peers, TimeSpan now, DateTime wall)
    {
        Dictionary<string, string> nicknames = peers.ToDictionary(peer => peer.Name, peer => peer.NickName);
        return
        [
            .. macs.Take(PeerLimits.MacsInReport).Select(row => (row.Mac, Name: row.Peer.ToString(), row.LastSeen)).Select(row => new MacReport(
                row.Mac.ToString(), row.Name, nicknames.GetValueOrDefault(row.Name, ""), wall - (now - row.LastSeen))),
        ];
    }
}
