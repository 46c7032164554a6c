using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Wire.Primitives;

namespace Weave.Fuzz.Names;

/// <summary>The least that a name database needs: a few peers that are known, and nobody who listens.</summary>
internal sealed class LonelyPeer : IPeerDirectory, IGossipSender
{
    public PeerName Self => new(1);

    public ulong SelfUid => 1;

    public string SelfNickname => "";

    public IEnumerable<PeerName> Names => [new(1), new(2), new(3)];

    internal static NameDatabase Database()
    {
        LonelyPeer peer = new();
        return new NameDatabase("weave.local.", peer, peer);
    }

    public bool Contains(PeerName peer) => peer.Value is >= 1 and <= 3;

    public string? NicknameOf(PeerName peer) => Contains(peer) ? "" : null;

    public void Gossip(GossipData data) => data.Encode(new List<byte[]>());

    public void Broadcast(GossipData data) => data.Encode(new List<byte[]>());

    public bool TryUnicast(PeerName destination, byte[] payload) => false;
}
