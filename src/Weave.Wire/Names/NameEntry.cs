using Weave.Wire.Primitives;

namespace Weave.Wire.Names;

/// <summary>
/// One registration: while it lives, <paramref name="Hostname"/> resolves to <paramref name="Address"/>. Immutable. Host
/// name, origin, container and address are its key; only the origin changes the rest.
/// </summary>
/// <param name="Hostname">Fully qualified, with the final dot, in the case in which it was registered.</param>
/// <param name="Origin">The peer that registered it.</param>
/// <param name="Container">Id of the container, or a word such as <c>weave:extern</c>.</param>
/// <param name="Address">What it resolves to.</param>
/// <param name="Version">Grows with each change, from 0.</param>
/// <param name="Tombstone">Unix seconds of the deletion; 0 while it lives.</param>
/// <remarks>docs/wire/names.md §1.</remarks>
public sealed record NameEntry(
    string Hostname, PeerName Origin, string Container, Ipv4Address Address, long Version, long Tombstone)
{
    public bool IsLive => Tombstone <= 0;

    /// <summary>Same key, newer content: a higher version wins, and at equal versions the later tombstone.</summary>
    public bool Supersedes(NameEntry other) =>
        Version > other.Version || (Version == other.Version && Tombstone > other.Tombstone);

    public bool SameKey(NameEntry other) =>
        Address == other.Address && Origin == other.Origin && Container == other.Container && Hostname == other.Hostname;
}
