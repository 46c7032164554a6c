using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Gossip and broadcasts that wait for routes to be recalculated, merged like what waits on a connection: whom they go
/// to is decided by the new routes.
/// </summary>
internal sealed class RelayQueue
{
    private readonly SortedDictionary<Key, GossipData> _waiting = [];

    internal bool IsEmpty => _waiting.Count == 0;

    /// <summary>Something new for neighbours, except the one it came from.</summary>
    internal void News(string channel, PeerName? except, GossipData data) => Add(new Key(channel, RelayKind.News, except ?? PeerName.Unknown), data);

    /// <summary>Complete state for some neighbours, in case they missed something.</summary>
    internal void Repair(string channel, GossipData data) => Add(new Key(channel, RelayKind.Repair, PeerName.Unknown), data);

    internal void Broadcast(string channel, PeerName originator, GossipData data) => Add(new Key(channel, RelayKind.Broadcast, originator), data);

    /// <summary>Hands over everything in a fixed order and empties the queue.</summary>
    internal void Drain(Action<RelayKind, string, PeerName, GossipData> relay)
    {
        foreach ((Key key, GossipData data) in _waiting)
        {
            relay(key.Kind, key.Channel, key.Peer, data);
        }

        _waiting.Clear();
    }

    private void Add(Key key, GossipData data) =>
        _waiting[key] = _waiting.TryGetValue(key, out GossipData? waiting) ? waiting.Merge(data) : data;

    /// <summary>What may be merged with each other: one channel, and the originator or the neighbour it came from.</summary>
    private readonly record struct Key(string Channel, RelayKind Kind, PeerName Peer) : IComparable<Key>
    {
        public int CompareTo(Key other)
        {
            int order = string.CompareOrdinal(Channel, other.Channel);
            order = order != 0 ? order : Kind.CompareTo(other.Kind);
            return order != 0 ? order : Peer.CompareTo(other.Peer);
        }
    }
}
