using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Addresses that are ours but not to be given out until certain peers have shown that they agree.</summary>
/// <param name="Range">Which.</param>
/// <param name="WaitingFor">Peers that have not shown it yet, ascending.</param>
/// <param name="Basis">The entry that a takeover made ours, as it was before; null when there was no takeover.</param>
public sealed record RangeHold(Ipv4Range Range, IReadOnlyList<PeerName> WaitingFor, RingEntry? Basis = null);
