using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Two peers that both held themselves, or were both held, for the owner of the same addresses.</summary>
/// <param name="Range">Which addresses.</param>
/// <param name="Ours">The owner by our copy.</param>
/// <param name="Theirs">The owner by the other copy.</param>
/// <param name="Winner">Whom the rule gives the range.</param>
/// <param name="Reason">In words, for status and log.</param>
public sealed record RingConflict(Ipv4Range Range, PeerName Ours, PeerName Theirs, PeerName Winner, string Reason);
