using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>What an update turned out to hold.</summary>
/// <param name="Described">Every peer that the update describes, ascending.</param>
/// <param name="Fresh">Those of them that were new or newer than what we knew, ascending.</param>
public readonly record struct TopologyMerge(IReadOnlyList<PeerName> Described, IReadOnlyList<PeerName> Fresh);
