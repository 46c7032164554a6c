namespace Weave.Status;

/// <summary>Metrics of one part beyond those that follow from the report.</summary>
public interface IMetricSource
{
    /// <summary>Present values. Safe from any thread.</summary>
    ValueTask<IReadOnlyList<Metric>> CollectAsync(CancellationToken cancel);
}
