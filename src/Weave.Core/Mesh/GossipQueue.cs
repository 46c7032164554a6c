using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// What waits to be sent on one connection: per channel one gossip datum and one broadcast datum per originator.
/// Later data merges into what waits, so a slow connection costs no more than one state per channel and originator.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.12.</remarks>
internal sealed class GossipQueue
{
    private readonly SortedDictionary<string, Pending> _channels = new(StringComparer.Ordinal);

    internal bool IsEmpty => _channels.Count == 0;

    internal void Gossip(string channel, GossipData data)
    {
        Pending pending = Of(channel);
        pending.Gossip = pending.Gossip?.Merge(data) ?? data;
    }

    internal void Broadcast(string channel, PeerName originator, GossipData data)
    {
        SortedDictionary<PeerName, GossipData> broadcasts = Of(channel).Broadcasts;
        broadcasts[originator] = broadcasts.TryGetValue(originator, out GossipData? waiting) ? waiting.Merge(data) : data;
    }

    /// <summary>Takes the next datum: gossip before broadcasts, channels in ascending order.</summary>
    internal bool TryTake(out PendingGossip next)
    {
        foreach ((string channel, Pending pending) in _channels)
        {
            next = pending.Take(channel);
            if (pending.IsEmpty)
            {
                _channels.Remove(channel);
            }

            return true;
        }

        next = default;
        return false;
    }

    private Pending Of(string channel)
    {
        if (!_channels.TryGetValue(channel, out Pending? pending))
        {
            _channels[channel] = pending = new Pending();
        }

        return pending;
    }

    private sealed class Pending
    {
        internal GossipData? Gossip { get; set; }

        internal SortedDictionary<PeerName, GossipData> Broadcasts { get; } = [];

        internal bool IsEmpty => Gossip is null && Broadcasts.Count == 0;

        internal PendingGossip Take(string channel)
        {
            if (Gossip is GossipData gossip)
            {
                Gossip = null;
                return new PendingGossip(channel, null, gossip);
            }

            (PeerName originator, GossipData data) = Broadcasts.First();
            Broadcasts.Remove(originator);
            return new PendingGossip(channel, originator, data);
        }
    }
}
