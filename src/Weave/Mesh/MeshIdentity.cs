using Weave.Wire.Primitives;

namespace Weave.Mesh;

/// <summary>Who this peer is.</summary>
public sealed record MeshIdentity(PeerName Name, string Nickname);
