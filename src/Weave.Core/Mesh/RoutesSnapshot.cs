using System.Collections.Frozen;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Where data frames go, over established links only. Immutable: the packet path reads it from one volatile field.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.11.</remarks>
public abstract class RoutesSnapshot
{
    public abstract PeerName Self { get; }

    /// <summary>Next hop per destination. Our own entry maps to <see cref="PeerName.Unknown"/>.</summary>
    public abstract FrozenDictionary<PeerName, PeerName> Unicast { get; }

    /// <summary>Names per short id, for peers that own one.</summary>
    public abstract FrozenDictionary<ShortId, PeerName> ByShortId { get; }

    /// <summary>Short ids per name, for peers that own one.</summary>
    public abstract FrozenDictionary<PeerName, ShortId> ShortIds { get; }

    /// <summary>
    /// The neighbours to which we pass on a frame that <paramref name="source"/> flooded, in ascending order. Computed on
    /// first use and kept; safe from any thread.
    /// </summary>
    public abstract IReadOnlyList<PeerName> Broadcast(PeerName source);

    /// <summary>
    /// The neighbour from which frames that <paramref name="source"/> flooded come to us when all agree about the
    /// topology; <see cref="PeerName.Unknown"/> when there is none. Passing on only what comes from there keeps peers that
    /// disagree for a moment from multiplying broadcasts.
    /// </summary>
    public virtual PeerName Upstream(PeerName source) => PeerName.Unknown;
}
