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

    /// <summary>Destination of bridge protocol data units, which never leave their link.</summary>
    public static readonly MacAddress SpanningTree = new(0x0180_C200_0000);

    private EthernetFrame(Span<byte> bytes) => Bytes = bytes;

    public Span<byte> Bytes { get; }

    public MacAddress Destination => MacAddress.Read(Bytes);

    public MacAddress Source => MacAddress.Read(Bytes[MacAddress.Size..]);

    public ushort Type => BinaryPrimitives.ReadUInt16BigEndian(Bytes[12..]);

    public Span<byte> Payload => Bytes[HeaderSize..];

    /// <summary>False when the bytes are too few for a header.</summary>
    public static bool TryRead(Span<byte> bytes, out EthernetFrame frame)
    {
        bool enough = bytes.Length >= HeaderSize;
        frame = enough ? new EthernetFrame(bytes) : default;
        return enough;
    }

    public static void WriteHeader(Span<byte> target, MacAddress destination, MacAddress source, ushort type)
    {
        destination.Write(target);
        source.Write(target[MacAddress.Size..]);
        BinaryPrimitives.WriteUInt16BigEndian(target[12..], type);
    }
}
