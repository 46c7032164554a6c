using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>A ring as it is told and stored. Unchecked: see <c>Ring.Check</c>.</summary>
/// <param name="Range">The addresses that all peers share.</param>
/// <param name="Peer">Whose copy this is.</param>
/// <param name="Entries">In ascending order of token.</param>
/// <param name="Seeds">The peers of the first division; order matters.</param>
/// <remarks>docs/wire/ipam.md §2.</remarks>
public sealed record RingState(
    Ipv4Range Range, PeerName Peer, IReadOnlyList<RingEntry> Entries, IReadOnlyList<PeerName> Seeds);
