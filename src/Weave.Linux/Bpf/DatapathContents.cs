using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Linux.Bpf;

/// <summary>What the tables hold.</summary>
public sealed record DatapathContents
{
    /// <summary>Our short id; null when forwarding has never begun.</summary>
    public required ShortId? Self { get; init; }

    public required IReadOnlyDictionary<ShortId, DatapathRoute> Routes { get; init; }

    public required IReadOnlyDictionary<ShortId, DatapathNeighbour> Neighbours { get; init; }

    public required IReadOnlyDictionary<Ipv4Address, ushort> Sources { get; init; }

    public required IReadOnlyDictionary<ShortId, DatapathHops> Hops { get; init; }
}
