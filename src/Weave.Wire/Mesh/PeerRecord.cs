using Weave.Wire.Primitives;

namespace Weave.Wire.Mesh;

/// <summary>What one peer tells of itself, and what is told on: an entry of the topology as a value.</summary>
/// <param name="Name">Who.</param>
/// <param name="Nickname">Free text.</param>
/// <param name="Uid">The incarnation; 0 for a placeholder, of which only the name is known.</param>
/// <param name="Version">Counts that peer's own changes.</param>
/// <param name="ShortId">Null when the peer has none.</param>
/// <param name="Links">Its connections, ascending by remote name.</param>
/// <remarks>docs/wire/mesh.md §1.13.</remarks>
public sealed record PeerRecord(
    PeerName Name,
    string Nickname,
    ulong Uid,
    ulong Version,
    ShortId? ShortId,
    IReadOnlyList<PeerLink> Links);
