using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>Where frames flooded by <paramref name="Source"/> are passed on to.</summary>
public sealed record BroadcastRoute(PeerName Source, IReadOnlyList<PeerName> Via);
