using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>A token: <paramref name="Peer"/> owns the addresses from here to the next token.</summary>
/// <param name="Token">The first address.</param>
/// <param name="Peer">The owner.</param>
/// <param name="Version">Raised by the owner with every change of this entry.</param>
/// <param name="Free">How many of the addresses are not in use, as last told by the owner.</param>
/// <remarks>docs/wire/ipam.md §2.</remarks>
public readonly record struct RingEntry(Ipv4Address Token, PeerName Peer, uint Version, uint Free);
