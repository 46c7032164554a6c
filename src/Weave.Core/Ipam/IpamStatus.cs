using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>What there is to see of the allocator. Immutable.</summary>
/// <param name="Paxos">While a ring is being agreed on; else null.</param>
/// <param name="Range">The range that all peers share.</param>
/// <param name="RangeSize">Number of addresses in it.</param>
/// <param name="ActiveAddresses">Addresses of ours in use.</param>
/// <param name="DefaultSubnet">The subnet of those who ask for none.</param>
/// <param name="Entries">The ring, by address.</param>
/// <param name="PendingClaims">Claims without an answer.</param>
/// <param name="PendingAllocates">Who waits for an address, and in which subnet.</param>
/// <param name="Conflicts">Disagreements that last, each naming the other peer. Ours; not in the original's report.</param>
/// <param name="Held">Space of ours that is not given out yet, and why. Ours; not in the original's report.</param>
/// <param name="HealedConflicts">Conflicts settled since start.</param>
/// <param name="IsPriming">Somebody waits for a ring.</param>
public sealed record IpamStatus(
    IpamPaxosStatus? Paxos,
    Ipv4Cidr Range,
    uint RangeSize,
    uint ActiveAddresses,
    Ipv4Cidr DefaultSubnet,
    IReadOnlyList<IpamEntryStatus> Entries,
    IReadOnlyList<IpamClaimStatus> PendingClaims,
    IReadOnlyList<string> PendingAllocates,
    IReadOnlyList<string> Conflicts,
    IReadOnlyList<string> Held,
    long HealedConflicts,
    bool IsPriming);
