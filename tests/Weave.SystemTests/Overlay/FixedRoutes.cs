using System.Collections.Frozen;
using Weave.Core.Mesh;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.Overlay;

/// <summary>Routes without a mesh.</summary>
internal sealed class FixedRoutes(
    PeerName self,
    IReadOnlyDictionary<PeerName, PeerName> unicast,
    IReadOnlyDictionary<PeerName, IReadOnlyList<PeerName>> broadcast,
    IReadOnlyDictionary<PeerName, ShortId> shortIds) : RoutesSnapshot
{
    public override PeerName Self => self;

    public override FrozenDictionary<PeerName, PeerName> Unicast { get; } = unicast.ToFrozenDictionary();

    public override FrozenDictionary<ShortId, PeerName> ByShortId { get; } = shortIds.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public override FrozenDictionary<PeerName, ShortId> ShortIds { get; } = shortIds.ToFrozenDictionary();

    public override IReadOnlyList<PeerName> Broadcast(PeerName source) => broadcast.TryGetValue(source, out IReadOnlyList<PeerName>? hops) ? hops : [];
}
