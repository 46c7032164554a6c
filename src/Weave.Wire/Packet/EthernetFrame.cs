using System.Buffers.Binary;
using Weave.Wire.Primitives;

namespace Weave.Wire.Packet;

/// <summary>An Ethernet frame. A view: it owns no memory.</summary>
/// <remarks>Destination (6) | source (6) | type (2) | payload</remarks>
public readonly ref struct EthernetFrame
{
    public const int HeaderSize = 14;
    public const ushort Ipv4 = 0x0800;
    public const ushort Ipv6 = 0x86DD;

    /// <summary>IEEE 802.1Q, and 802.1ad for the outer of two tags.</summary>
    public const ushort VlanTag = 0x8100;
    public const ushort ServiceTag = 0x88A8;

    /// <summary>Bytes of one tag, between the addresses and the type of what follows.</summary>
    public const int TagSize = 4;

    /// <summary>Bytes in front of the packet, with as many tags as are understood.</summary>
    public const int MaxHeaderSize = HeaderSize + (MaxTags * TagSize);

    private const int TypeOffset = 12;
    private const int MaxTags = 2;

    /// <summary>Destination of bridge protocol data units, which never leave their link.</summary>
    public static readonly MacAddress SpanningTree = new(0x0180_C200_0000);

    private EthernetFrame(Span<byte> bytes) => Bytes = bytes;

    public Span<byte> Bytes { get; }

    public MacAddress Destination => MacAddress.Read(Bytes);

    public MacAddress Source => MacAddress.Read(Bytes[MacAddress.Size..]);

    public ushort Type => BinaryPrimitives.ReadUInt16BigEndian(Bytes[TypeOffset..]);

    public Span<byte> Payload => Bytes[HeaderSize..];

    /// <summary>False when the bytes are too few for a header.</summary>
    public static bool TryRead(Span<byte> bytes, out EthernetFrame frame)
    {
        bool enough = bytes.Length >= HeaderSize;
        frame = enough ? new EthernetFrame(bytes) : default;
        return enough;
    }

    /// <summary>
    /// Bytes that the tags of a frame take, two tags at most. From there on the bytes read like a frame without tags whose
    /// addresses are nobody's.
    /// </summary>
    public static int TagsOf(ReadOnlySpan<byte> frame)
    {
        int tags = 0;
        while (tags < MaxTags * TagSize && frame.Length >= tags + HeaderSize + TagSize && IsTag(BinaryPrimitives.ReadUInt16BigEndian(frame[(tags + TypeOffset)..])))
        {
            tags += TagSize;
        }

        return tags;
    }

    /// <summary>Whether a type says that a tag follows.</summary>
    public static bool IsTag(ushort type) => type is VlanTag or ServiceTag;

    public static void WriteHeader(Span<byte> target, MacAddress destination, MacAddress source, ushort type)
    {
        destination.Write(target);
        source.Write(target[MacAddress.Size..]);
        BinaryPrimitives.WriteUInt16BigEndian(target[12..], type);
    }

    /// <summary>Writes the header of an answer to <paramref name="frame"/>: its addresses swapped, its tags and type copied.</summary>
    /// <returns>Bytes written, <see cref="MaxHeaderSize"/> at most.</returns>
    public static int WriteReplyHeader(Span<byte> target, ReadOnlySpan<byte> frame)
    {
        int size = HeaderSize + TagsOf(frame);
        frame[..MacAddress.Size].CopyTo(target[MacAddress.Size..]);
        frame[MacAddress.Size..TypeOffset].CopyTo(target);
        frame[TypeOffset..size].CopyTo(target[TypeOffset..]);
        return size;
    }
}
