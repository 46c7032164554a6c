using System.Text;
using Weave.Wire.Gob;
using Weave.Wire.Primitives;

namespace Weave.Wire.Mesh;

/// <summary>What surrounds a channel's payload on its way. A view of the message: it owns no memory.</summary>
/// <remarks>
/// docs/wire/mesh.md §1.10: tag (1) | gob stream of channel: string, source: uint, [destination: uint,] payload: bytes
/// </remarks>
public readonly ref struct GossipEnvelope
{
    /// <summary><see cref="MessageTag.Gossip"/>, <see cref="MessageTag.Unicast"/> or <see cref="MessageTag.Broadcast"/>.</summary>
    public required MessageTag Tag { get; init; }

    /// <summary>Name of the channel, UTF-8.</summary>
    public required ReadOnlySpan<byte> Channel { get; init; }

    /// <summary>The immediate sender (gossip), the original sender (unicast) or the originator (broadcast).</summary>
    public required PeerName Source { get; init; }

    /// <summary>Of a unicast; unknown otherwise.</summary>
    public required PeerName Destination { get; init; }

    public required ReadOnlySpan<byte> Payload { get; init; }

    public string ChannelName => Encoding.UTF8.GetString(Channel);

    /// <summary>Reads a whole message with tag 4, 5 or 6. Bytes after the last value are ignored, as by original peers.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out GossipEnvelope envelope, out string? error)
    {
        envelope = default;
        MessageTag tag = message.IsEmpty ? MessageTag.Heartbeat : (MessageTag)message[0];
        if (tag is not (MessageTag.Gossip or MessageTag.Unicast or MessageTag.Broadcast))
        {
            error = "not a gossip message";
            return false;
        }

        GobReader reader = new(message[1..]);
        reader.NextValue(GobType.String);
        ReadOnlySpan<byte> channel = reader.Utf8();
        reader.NextValue(GobType.UInt);
        PeerName source = new(reader.UInt64());
        PeerName destination = PeerName.Unknown;
        if (tag == MessageTag.Unicast)
        {
            reader.NextValue(GobType.UInt);
            destination = new PeerName(reader.UInt64());
        }

        reader.NextValue(GobType.Bytes);
        ReadOnlySpan<byte> payload = reader.Bytes();
        error = reader.Error ?? (channel.Length > PeerLimits.ChannelNameBytes ? $"a channel name of {channel.Length} bytes" : null);
        if (error is not null)
        {
            return false;
        }

        envelope = new GossipEnvelope { Tag = tag, Channel = channel, Source = source, Destination = destination, Payload = payload };
        return true;
    }

    public static byte[] WriteGossip(string channel, PeerName sender, ReadOnlySpan<byte> payload) =>
        Write(MessageTag.Gossip, channel, sender, null, payload);

    public static byte[] WriteBroadcast(string channel, PeerName originator, ReadOnlySpan<byte> payload) =>
        Write(MessageTag.Broadcast, channel, originator, null, payload);

    public static byte[] WriteUnicast(string channel, PeerName source, PeerName destination, ReadOnlySpan<byte> payload) =>
        Write(MessageTag.Unicast, channel, source, destination, payload);

    /// <summary>Sizes are known beforehand, so the message is made in one piece.</summary>
    private static byte[] Write(MessageTag tag, string channel, PeerName source, PeerName? destination, ReadOnlySpan<byte> payload)
    {
        int channelSize = Encoding.UTF8.GetByteCount(channel);
        int size = 1 + PlainValue.SizeOfBytes(channelSize) + PlainValue.SizeOfUInt(source.Value) + PlainValue.SizeOfBytes(payload.Length)
            + (destination is { } d ? PlainValue.SizeOfUInt(d.Value) : 0);
        byte[] message = new byte[size];
        message[0] = (byte)tag;
        Span<byte> rest = message.AsSpan(1);
        Span<byte> name = PlainValue.WriteBytesHeader(ref rest, GobKind.String, channelSize);
        Encoding.UTF8.GetBytes(channel, name);
        PlainValue.WriteUInt(ref rest, source.Value);
        if (destination is { } to)
        {
            PlainValue.WriteUInt(ref rest, to.Value);
        }

        payload.CopyTo(PlainValue.WriteBytesHeader(ref rest, GobKind.Bytes, payload.Length));
        return message;
    }
}
