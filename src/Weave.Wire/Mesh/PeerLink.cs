using Weave.Wire.Primitives;

namespace Weave.Wire.Mesh;

/// <summary>One entry of a peer's connection list, as that peer tells it.</summary>
/// <param name="Remote">The other end.</param>
/// <param name="Address">Where that peer sees the other end, <c>ip:port</c>: dialled if outbound, else the ephemeral source.</param>
/// <param name="Outbound">That peer dialled.</param>
/// <param name="Established">The overlay on it is up.</param>
/// <remarks>docs/wire/mesh.md §1.13.</remarks>
public readonly record struct PeerLink(PeerName Remote, string Address, bool Outbound, bool Established);
