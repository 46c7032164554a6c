using Weave.Wire.Ipam;

namespace Weave.Core.Ipam;

/// <summary>What came of a merge.</summary>
/// <param name="Entries">The merged entries; empty on a fault.</param>
/// <param name="Updated">Something was taken from the other copy.</param>
/// <param name="Fault">Why nothing was merged.</param>
/// <param name="Reason">The same in words; null without a fault.</param>
public readonly record struct RingMergeResult(IReadOnlyList<RingEntry> Entries, bool Updated, RingFault Fault, string? Reason)
{
    public static RingMergeResult Merged(IReadOnlyList<RingEntry> entries, bool updated) => new(entries, updated, RingFault.None, null);

    public static RingMergeResult Failed(RingFault fault, string reason) => new([], false, fault, reason);
}
