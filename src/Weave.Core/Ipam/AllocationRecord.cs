using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>What an allocator left behind when it last ran.</summary>
/// <param name="Peer">Whose record this is.</param>
/// <param name="Ring">The ring; null when there was none.</param>
/// <param name="Owned">The addresses in use on this host.</param>
/// <param name="Holds">Space that was not to be given out yet.</param>
public sealed record AllocationRecord(
    PeerName Peer, RingState? Ring, IReadOnlyDictionary<string, OwnedAddresses> Owned, IReadOnlyList<RangeHold> Holds);
