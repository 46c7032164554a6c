using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>One incarnation of a peer as a voter: a restarted peer has forgotten its promises and is another voter.</summary>
/// <remarks>docs/wire/ipam.md §4.</remarks>
public readonly record struct NodeId(PeerName Name, ulong Uid) : IComparable<NodeId>
{
    public int CompareTo(NodeId other) => Name != other.Name ? Name.CompareTo(other.Name) : Uid.CompareTo(other.Uid);
}
