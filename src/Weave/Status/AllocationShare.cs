using Weave.Api;

namespace Weave.Status;

/// <summary>How much of the range one peer owns.</summary>
internal sealed record AllocationShare(string Peer, string Nickname, bool Reachable, ulong Addresses)
{
    /// <summary>One per owner, in the order in which the ring names them.</summary>
    internal static IReadOnlyList<AllocationShare> Of(AllocationReport report) =>
    [
        .. (report.Entries ?? []).GroupBy(entry => entry.Peer).Select(owner => new AllocationShare(
            owner.Key, owner.First().Nickname, owner.First().IsKnownPeer, owner.Aggregate(0UL, (sum, entry) => sum + entry.Size)))
    ];
}
