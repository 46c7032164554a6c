using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Fuzz.Mesh;

/// <summary>Any bytes as a message, and as the payload of each kind of gossip on each channel, to a whole peer of ours.</summary>
public static class RouterFuzz
{
    private static readonly string[] Channels = ["topology", "IPallocation", "nameserver", "other"];

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        RouterUnderTest peer = new(RouterUnderTest.PeerNine());
        peer.Send(input);
        foreach (string channel in Channels)
        {
            peer.Send(GossipEnvelope.WriteGossip(channel, new PeerName(9), input));
            peer.Send(GossipEnvelope.WriteBroadcast(channel, new PeerName(9), input));
            peer.Send(GossipEnvelope.WriteUnicast(channel, new PeerName(9), new PeerName(1), input));
        }

        peer.Wait(TimeSpan.FromSeconds(40));
        if (peer.Router.Status(new Weave.Core.Primitives.Moment(TimeSpan.FromSeconds(40), 1)).Name != new PeerName(1))
        {
            throw new InvalidOperationException("the peer forgot who it is");
        }
    }
}
