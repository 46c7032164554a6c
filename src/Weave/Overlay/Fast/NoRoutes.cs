using System.Collections.Frozen;
using Weave.Core.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Overlay.Fast;

/// <summary>Routes before the mesh has told any.</summary>
internal sealed class NoRoutes : RoutesSnapshot
{
    public override PeerName Self => PeerName.Unknown;

    public override FrozenDictionary<PeerName, PeerName> Unicast => FrozenDictionary<PeerName, PeerName>.Empty;

    public override FrozenDictionary<ShortId, PeerName> ByShortId => FrozenDictionary<ShortId, PeerName>.Empty;

    public override FrozenDictionary<PeerName, ShortId> ShortIds => FrozenDictionary<PeerName, ShortId>.Empty;

    public override IReadOnlyList<PeerName> Broadcast(PeerName source) => [];
}
