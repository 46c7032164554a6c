using Weave.Wire.Ipam;

namespace Weave.Core.Ipam;

/// <summary>What is to be remembered, all of it or nothing.</summary>
/// <param name="Ring">The ring as it is now; null when it did not change.</param>
/// <param name="Owned">The owners that changed, each with what it has now; null for nothing.</param>
/// <param name="Holds">The holds as they are now; null when they did not change.</param>
/// <param name="StartOver">Everything remembered before is void.</param>
public sealed record AllocationChange(
    RingState? Ring,
    IReadOnlyList<KeyValuePair<string, OwnedAddresses?>> Owned,
    IReadOnlyList<RangeHold>? Holds,
    bool StartOver);
