using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>What allocators tell each other.</summary>
/// <param name="UnixSeconds">The sender's clock; receivers ignore it.</param>
/// <param name="Nicknames">All names the sender knows.</param>
/// <param name="Paxos">Votes: present, even when empty, from an elector without a ring; absent otherwise.</param>
/// <param name="Ring">The sender's ring once there is one.</param>
/// <param name="Healers">
/// Peers that heal conflicting rings as we do. Our own addition: original peers skip the field, and do not pass it on.
/// </param>
/// <remarks>docs/wire/ipam.md §1.</remarks>
public sealed record AllocatorState(
    long UnixSeconds,
    IReadOnlyDictionary<PeerName, string> Nicknames,
    IReadOnlyDictionary<NodeId, NodeClaims>? Paxos,
    RingState? Ring,
    IReadOnlyList<PeerName> Healers)
{
    /// <summary>
    /// Entries of the sender's ring that entries of the receiver's took the place of: the receiver may not have known them.
    /// Our own addition too, and only in unicasts.
    /// </summary>
    public IReadOnlyList<RingEntry> Displaced { get; init; } = [];

    /// <summary>What no ring tells of the peers that the sender knows, of itself first of all. Our own addition.</summary>
    public IReadOnlyList<OutsideAddresses> Outside { get; init; } = [];

    /// <summary>Addresses of networks themselves, in or outside the range, of every peer that the sender knows to have any. Our own addition.</summary>
    public IReadOnlyList<OutsideAddresses> Networks { get; init; } = [];
}
