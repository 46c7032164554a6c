using Weave.Api;
using Weave.Linux.Bpf;
using Weave.Linux.Netlink;
using Weave.Status;
using Weave.Wire.Vxlan;

namespace Weave.Overlay.Fast;

/// <summary>
/// The fast datapath in report and metrics, read from the kernel when somebody asks. Goes after the mesh, whose section
/// of the report it adds to.
/// </summary>
internal sealed class FastReport(FastDatapathHolder holder, ILinks links, TimeProvider time) : IReportSection, IMetricSource
{
    public ValueTask<StatusReport> AddToAsync(StatusReport report, CancellationToken cancel)
    {
        RouterReport router = report.Router ?? new RouterReport();
        Dictionary<string, OverlayReport?> overlays = new() { ["sleeve"] = null };
        if (holder.Datapath is not { } datapath)
        {
            return ValueTask.FromResult(report with { Router = router with { OverlayDiagnostics = overlays } });
        }

        FastDiagnostics diagnostics = new(router.Peers ?? []);
        IReadOnlyList<DatapathMac> macs = datapath.ReadMacs();
        TimeSpan now = TimeSpan.FromSeconds(time.GetTimestamp() / (double)time.TimestampFrequency);
        IReadOnlyDictionary<DatapathCounter, ulong> counters = datapath.ReadCounters();
        overlays["fastdp"] = diagnostics.Overlay(datapath.Read(), macs, counters, Ports(), now);
        return ValueTask.FromResult(report with
        {
            Router = router with
            {
                OverlayDiagnostics = overlays,
                CaptureStats = FastDiagnostics.CaptureStats(counters),
                MACs = diagnostics.Macs(macs, now, time.GetUtcNow().UtcDateTime),
            },
        });
    }

    public ValueTask<IReadOnlyList<Metric>> CollectAsync(CancellationToken cancel)
    {
        if (holder.Datapath is not { } datapath)
        {
            return ValueTask.FromResult<IReadOnlyList<Metric>>([]);
        }

        DatapathContents contents = datapath.Read();
        int fast = contents.Neighbours.Values.Count(neighbour => neighbour.Fast);
        const string Neighbours = "Next hops of the fast datapath, by the overlay that reaches them.";
        return ValueTask.FromResult<IReadOnlyList<Metric>>(
        [
            .. datapath.ReadCounters().OrderBy(counter => counter.Key).Select(counter => new Metric(
                "weave_fastdp_frames_total", "Frames in the fast datapath, by what became of them.", counter.Value, ("event", FastDiagnostics.NameOf(counter.Key)))),
            new Metric("weave_fastdp_neighbours", Neighbours, fast, ("path", "fastdp")),
            new Metric("weave_fastdp_neighbours", Neighbours, contents.Neighbours.Count - fast, ("path", "sleeve")),
            new Metric("weave_fastdp_routes", "Peers that the fast datapath has a way to.", contents.Routes.Values.Count(route => route.Neighbour is not null)),
            new Metric("weave_fastdp_macs", "MAC addresses that the fast datapath learned.", datapath.ReadMacs().Count),
        ]);
    }

    private IReadOnlyList<Link> Ports() =>
        [.. links.List("vxlan").Where(FastDatapath.IsTunnel), .. links.Find(OverlayServices.TapName) is { } tap ? [tap] : (Link[])[]];
}
