using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// A machine that rides on the mesh: the topology, the allocator, the name database. Called by the mesh router in
/// its own loop; speaks through the <see cref="IGossipSender"/> it was made with.
/// </summary>
/// <remarks>Foreign payloads never throw: what cannot be taken is a <see cref="GossipOutcome.Fault"/>.</remarks>
public interface IGossipChannel
{
    /// <summary>The complete state, for periodic gossip and for new connections; null when there is none yet.</summary>
    GossipData? CompleteState(Moment now);

    /// <summary>Gossip from a neighbour (tag 4). The result is relayed to random neighbours other than it.</summary>
    GossipOutcome OnGossip(Moment now, PeerName neighbour, ReadOnlySpan<byte> payload);

    /// <summary>Broadcast (tag 6). The result is relayed along the originator's broadcast tree.</summary>
    GossipOutcome OnBroadcast(Moment now, PeerName originator, ReadOnlySpan<byte> payload);

    /// <summary>Unicast to us (tag 5). Nothing is relayed.</summary>
    GossipOutcome OnUnicast(Moment now, PeerName originator, ReadOnlySpan<byte> payload);

    /// <summary>A peer became known (its entry entered the topology).</summary>
    void OnPeerKnown(Moment now, PeerName peer);

    /// <summary>A peer left the topology: it is neither reachable nor referenced by a live connection.</summary>
    void OnPeerForgotten(Moment now, PeerName peer);

    /// <summary>When <see cref="OnDeadline"/> is wanted next, as elapsed time; null when there is nothing to wait for.</summary>
    TimeSpan? NextDeadline { get; }

    void OnDeadline(Moment now);
}
