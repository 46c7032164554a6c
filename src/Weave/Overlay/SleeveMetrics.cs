using Weave.Status;

namespace Weave.Overlay;

/// <summary>What the data threads did, for all neighbours together.</summary>
internal sealed class SleeveMetrics(SleeveOverlay sleeve) : IMetricSource
{
    public ValueTask<IReadOnlyList<Metric>> CollectAsync(CancellationToken cancel) => ValueTask.FromResult<IReadOnlyList<Metric>>(
        [.. sleeve.Counters.Select(counter => new Metric("weave_sleeve_events_total", "Frames and datagrams in user space, by what became of them.", counter.Value, ("event", counter.Name)))]);
}
