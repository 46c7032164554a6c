using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>How a channel speaks. Implemented by the mesh router; calls only queue, they never block or re-enter the channel.</summary>
public interface IGossipSender
{
    /// <summary>Tells random neighbours (tag 4).</summary>
    void Gossip(GossipData data);

    /// <summary>Tells every peer along our broadcast tree (tag 6).</summary>
    void Broadcast(GossipData data);

    /// <summary>Sends to one peer over as many hops as it takes (tag 5). False when no route leads there.</summary>
    bool TryUnicast(PeerName destination, byte[] payload);
}
