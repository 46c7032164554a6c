using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>How an allocator starts.</summary>
/// <param name="Universe">The range that all peers share.</param>
/// <param name="Quorum">How many voters decide on the first ring; asked when it is needed.</param>
/// <param name="IsObserver">Never votes.</param>
/// <param name="Seeds">Makes the ring at start from these peers; empty for agreement.</param>
/// <param name="PreClaims">Addresses found in use.</param>
public sealed record AllocatorOptions(
    Ipv4Cidr Universe,
    Func<int> Quorum,
    bool IsObserver,
    IReadOnlyList<PeerName> Seeds,
    IReadOnlyList<PreClaim> PreClaims);
