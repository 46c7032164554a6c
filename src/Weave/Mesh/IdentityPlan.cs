using Weave.Wire.Primitives;

namespace Weave.Mesh;

/// <summary>
/// Which name a host goes by. The first one is kept: addresses belong to names, and the bridge's MAC, the machine's id or
/// a board may change. Only a state that has come to quite another machine is a copy, and gets a name of its own.
/// </summary>
/// <param name="Name">Of the peer.</param>
/// <param name="Former">Whose state this was, on other hardware; null when it is our own.</param>
/// <remarks>docs/adr/0095-the-name-is-kept.md.</remarks>
internal sealed record IdentityPlan(PeerName Name, PeerName? Former)
{
    /// <param name="given">The user's choice, if any.</param>
    /// <param name="stored">The name that was taken before, if any.</param>
    /// <param name="then">Hardware at that time; empty when it is not known.</param>
    /// <param name="now">Hardware at present, likewise.</param>
    /// <param name="fresh">The name for a host that never had one.</param>
    internal static IdentityPlan From(PeerName? given, PeerName? stored, IReadOnlyList<string> then, IReadOnlyList<string> now, Func<PeerName> fresh)
    {
        bool elsewhere = then.Count > 0 && now.Count > 0 && !then.Intersect(now, StringComparer.Ordinal).Any();
        return (given, stored) switch
        {
            ({ } chosen, _) => new(chosen, null),
            (_, null) => new(fresh(), null),
            (_, { } kept) when !elsewhere => new(kept, null),
            (_, { } other) => new(fresh(), other),
        };
    }
}
