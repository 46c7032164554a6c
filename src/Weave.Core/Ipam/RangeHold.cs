using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Addresses that are ours but not to be given out until certain peers have shown that they agree.</summary>
/// <param name="Range">Which.</param>
/// <param name="WaitingFor">Peers that have not shown it yet, ascending.</param>
public sealed record RangeHold(Ipv4Range Range, IReadOnlyList<PeerName> WaitingFor);
