using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>A ring in which a conflict is settled.</summary>
/// <param name="Entries">Ours and theirs, merged.</param>
/// <param name="Seeds">Those of the ring that stays.</param>
/// <param name="Conflicts">What was in dispute.</param>
/// <param name="Changed">It differs from our copy before.</param>
/// <param name="Insisted">Entries of ours were raised above theirs: everybody must be told.</param>
public sealed record RingHealingResult(
    IReadOnlyList<RingEntry> Entries,
    IReadOnlyList<PeerName> Seeds,
    IReadOnlyList<RingConflict> Conflicts,
    bool Changed,
    bool Insisted);
