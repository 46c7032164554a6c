using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>Where frames for <paramref name="Destination"/> go next; our own entry goes to <see cref="PeerName.Unknown"/>.</summary>
public sealed record UnicastRoute(PeerName Destination, PeerName Via);
