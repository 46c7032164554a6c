using Weave.Wire.Gob;

namespace Weave.Wire.Ipam;

/// <summary>The types of the allocator as gob describes them. Names and kinds are the original's; numbers are our positions.</summary>
/// <remarks>docs/wire/ipam.md §1.</remarks>
internal static class AllocatorTypes
{
    internal static readonly GobType Range = GobType.Struct("Range", ("Start", GobType.UInt), ("End", GobType.UInt));

    internal static readonly GobType NodeId = GobType.Struct("NodeID", ("Name", GobType.UInt), ("UID", GobType.UInt));

    internal static readonly GobType ProposalId = GobType.Struct("ProposalID", ("Round", GobType.UInt), ("Proposer", NodeId));

    internal static readonly GobType AcceptedValue =
        GobType.Struct("AcceptedValue", ("Value", GobType.SliceOf(GobType.UInt, "Value")), ("Origin", ProposalId));

    internal static readonly GobType NodeClaims =
        GobType.Struct("NodeClaims", ("Promise", ProposalId), ("Accepted", ProposalId), ("AcceptedVal", AcceptedValue));

    internal static readonly GobType Entry = GobType.Struct(
        "entry", ("Token", GobType.UInt), ("Peer", GobType.UInt), ("Version", GobType.UInt), ("Free", GobType.UInt));

    internal static readonly GobType Ring = GobType.Struct(
        "Ring",
        ("Start", GobType.UInt),
        ("End", GobType.UInt),
        ("Peer", GobType.UInt),
        ("Entries", GobType.SliceOf(Entry)),
        ("Seeds", GobType.SliceOf(GobType.UInt)));

    internal static readonly GobType Outside = GobType.Struct(
        "outside",
        ("Peer", GobType.UInt),
        ("Version", GobType.UInt),
        ("Addresses", GobType.SliceOf(GobType.UInt)),
        ("Start", GobType.UInt),
        ("End", GobType.UInt),
        ("Origin", GobType.UInt),
        ("InUse", GobType.UInt));

    // "Healers", "Displaced", "Outside" and "Networks" are ours: receivers that do not know a field skip it.
    internal static readonly GobType State = GobType.Struct(
        "gossipState",
        ("Now", GobType.Int),
        ("Nicknames", GobType.MapOf(GobType.UInt, GobType.String)),
        ("Paxos", GobType.MapOf(NodeId, NodeClaims, "GossipState")),
        ("Ring", Ring),
        ("Healers", GobType.SliceOf(GobType.UInt)),
        ("Displaced", GobType.SliceOf(Entry)),
        ("Outside", GobType.SliceOf(Outside)),
        ("Networks", GobType.SliceOf(Outside)));
}
