using Weave.Status;

namespace Weave.Ipam;

/// <summary>Metrics of address allocation that the original does not have.</summary>
internal sealed class IpamMetrics(AddressAllocation allocation) : IMetricSource
{
    public IEnumerable<Metric> Collect()
    {
        yield return new Metric("weave_ipam_conflicts", "Disagreements with other peers about addresses that last.", allocation.LastingConflicts);
        yield return new Metric("weave_ipam_conflicts_healed_total", "Disagreements about addresses that were settled.", allocation.HealedConflicts);
        yield return new Metric("weave_ipam_held_ranges", "Ranges of ours not given out until other peers agree.", allocation.HeldRanges);
    }
}
