using Weave.Wire.Mesh;

namespace Weave.Fuzz.Mesh;

/// <summary>Messages: envelopes and overlay control. What is read is written and read again the same.</summary>
public static class EnvelopeFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> message)
    {
        if (OverlayControl.TryRead(message, out OverlayControl control)
            && !message.SequenceEqual(OverlayControl.Write(control.Forwarder, control.Tag, control.Data)))
        {
            throw new InvalidOperationException("overlay control written again differs");
        }

        if (!GossipEnvelope.TryRead(message, out GossipEnvelope envelope, out _))
        {
            return;
        }

        string channel = envelope.ChannelName;
        byte[] written = envelope.Tag switch
        {
            MessageTag.Gossip => GossipEnvelope.WriteGossip(channel, envelope.Source, envelope.Payload),
            MessageTag.Unicast => GossipEnvelope.WriteUnicast(channel, envelope.Source, envelope.Destination, envelope.Payload),
            _ => GossipEnvelope.WriteBroadcast(channel, envelope.Source, envelope.Payload),
        };
        if (!GossipEnvelope.TryRead(written, out GossipEnvelope again, out string? error) || again.Source != envelope.Source
            || again.Destination != envelope.Destination || !again.Payload.SequenceEqual(envelope.Payload) || again.ChannelName != channel)
        {
            throw new InvalidOperationException($"written and read again it differs: {error}");
        }
    }
}
