using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>
/// What no ring tells of a peer: the addresses in use on it that no ring names it the owner of, its range, and which first
/// division its ring comes from. Its news of a higher version replace those of a lower.
/// </summary>
/// <remarks>docs/wire/ipam.md §1, §6.</remarks>
public sealed record OutsideAddresses(PeerName Peer, ulong Version, IReadOnlyList<Ipv4Address> Addresses)
{
    /// <summary>The range it gives addresses from; empty from whoever does not tell, and of a peer that was removed.</summary>
    public Ipv4Range Range { get; init; }

    /// <summary>Equal for rings of the same first division; 0 without a ring.</summary>
    public ulong Origin { get; init; }

    /// <summary>Any address of its own or another's is in use there.</summary>
    public bool IsInUse { get; init; }

    /// <summary>Nothing is known of it any more: somebody removed it.</summary>
    public bool IsBlank => Range.IsEmpty && Addresses.Count == 0;

    /// <summary>The same but for the version.</summary>
    public bool SaysSameAs(OutsideAddresses other) =>
        Range == other.Range && Origin == other.Origin && IsInUse == other.IsInUse && Addresses.SequenceEqual(other.Addresses);
}
