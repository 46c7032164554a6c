using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Fuzz.Ipam;

/// <summary>An allocator's surroundings with nobody in them.</summary>
internal sealed class LonelyAllocator : IGossipSender, IPeerDirectory, IAllocationStore
{
    public PeerName Self => new(1);

    public ulong SelfUid => 7;

    public string SelfNickname => "host1";

    public IEnumerable<PeerName> Names => [Self];

    public bool Contains(PeerName peer) => peer == Self;

    public string? NicknameOf(PeerName peer) => Contains(peer) ? SelfNickname : null;

    public void Gossip(GossipData data)
    {
        // Nobody listens.
    }

    public void Broadcast(GossipData data)
    {
        // Nobody listens.
    }

    public bool TryUnicast(PeerName destination, byte[] payload) => false;

    public AllocationRecord? Load() => null;

    // Nothing outlives a run.
    public string? Commit(AllocationChange change) => null;
}
