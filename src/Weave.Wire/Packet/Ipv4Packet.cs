using System.Buffers.Binary;
using Weave.Wire.Primitives;

namespace Weave.Wire.Packet;

/// <summary>An IPv4 packet, header checked against the bytes that are there. A view: it owns no memory.</summary>
/// <remarks>
/// RFC 791, big-endian: version, header words (1) | TOS (1) | total length (2) | id (2) | flags, offset (2) | TTL (1) |
/// protocol (1) | checksum (2) | source (4) | destination (4) | options
/// </remarks>
public readonly ref struct Ipv4Packet
{
    public const int MinHeaderSize = 20;
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const ushort DontFragmentFlag = 0x4000;
    public const ushort MoreFragmentsFlag = 0x2000;
    public const ushort OffsetMask = 0x1FFF;

    private Ipv4Packet(Span<byte> bytes) => Bytes = bytes;

    /// <summary>Header and payload, exactly the total length: padding is cut off.</summary>
    public Span<byte> Bytes { get; }

    public int HeaderSize => (Bytes[0] & 0x0F) * 4;

    public byte TypeOfService => Bytes[1];

    public ushort Id => BinaryPrimitives.ReadUInt16BigEndian(Bytes[4..]);

    /// <summary>Three flag bits and the offset in units of eight bytes.</summary>
    public ushort FlagsAndOffset => BinaryPrimitives.ReadUInt16BigEndian(Bytes[6..]);

    public bool DontFragment => (FlagsAndOffset & DontFragmentFlag) != 0;

    public bool IsFragment => (FlagsAndOffset & (MoreFragmentsFlag | OffsetMask)) != 0;

    public byte TimeToLive => Bytes[8];

    public byte Protocol => Bytes[9];

    public Ipv4Address Source => Ipv4Address.Read(Bytes[12..]);

    public Ipv4Address Destination => Ipv4Address.Read(Bytes[16..]);

    public Span<byte> Header => Bytes[..HeaderSize];

    public Span<byte> Payload => Bytes[HeaderSize..];

    /// <summary>False unless version, header length and total length make sense within <paramref name="bytes"/>.</summary>
    public static bool TryRead(Span<byte> bytes, out Ipv4Packet packet)
    {
        packet = default;
        if (bytes.Length < MinHeaderSize || bytes[0] >> 4 != 4)
        {
            return false;
        }

        int header = (bytes[0] & 0x0F) * 4;
        int total = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (header < MinHeaderSize || total < header || total > bytes.Length)
        {
            return false;
        }

        packet = new Ipv4Packet(bytes[..total]);
        return true;
    }

    /// <summary>Reads the packet inside an Ethernet frame; false for other types and nonsense.</summary>
    public static bool TryReadFrame(Span<byte> frame, out Ipv4Packet packet)
    {
        packet = default;
        return EthernetFrame.TryRead(frame, out EthernetFrame ethernet)
            && ethernet.Type == EthernetFrame.Ipv4
            && TryRead(ethernet.Payload, out packet);
    }

    /// <summary>Sets total length, id, flags and offset in the header at <paramref name="header"/> and makes its checksum right.</summary>
    public static void Rewrite(Span<byte> header, int totalLength, ushort id, ushort flagsAndOffset)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)totalLength);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], id);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], flagsAndOffset);
        header[10..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Of(header));
    }
}
