using Weave.Status;

namespace Weave.Ipam;

/// <summary>Metrics of address allocation that the original does not have.</summary>
internal sealed class IpamMetrics(AddressAllocation allocation) : IMetricSource
{
    public ValueTask<IReadOnlyList<Metric>> CollectAsync(CancellationToken cancel) => ValueTask.FromResult<IReadOnlyList<Metric>>(
    [
        new("weave_ipam_conflicts", "Disagreements with other peers about addresses that last.", allocation.LastingConflicts),
        new("weave_ipam_conflicts_healed_total", "Disagreements about addresses that were settled.", allocation.HealedConflicts),
        new("weave_ipam_held_ranges", "Ranges of ours not given out until other peers agree.", allocation.HeldRanges),
        new("weave_ipam_allocations_total", "Addresses asked for and given.", allocation.Allocations),
        new("weave_ipam_allocation_seconds_total", "Time that those who asked for addresses waited for them.", allocation.AllocationTime.TotalSeconds),
        new("weave_ipam_allocation_seconds_max", "The longest of these waits.", allocation.LongestAllocation.TotalSeconds),
    ]);
}
