using System.Buffers.Binary;
using Weave.Wire.Primitives;

namespace Weave.Wire.Vxlan;

/// <summary>Something that the datapath programs report.</summary>
/// <remarks>
/// Ring buffer <c>weave_events</c>, bpf/maps.h, host order:
/// kind (4) | source (2) | destination (2) | address (4) | length (4) | head (32).
/// Heartbeat: head is the beginning of the frame. MAC: head begins with the address as a number (8), and source and
/// destination are the peers that it left (65535 for none) and came to.
/// </remarks>
public readonly ref struct DatapathEvent
{
    public const int Size = 16 + HeadSize;

    private const int HeadSize = 32;

    private DatapathEvent(ReadOnlySpan<byte> raw)
    {
        Kind = (DatapathEventKind)BinaryPrimitives.ReadUInt32LittleEndian(raw);
        Source = new ShortId(BinaryPrimitives.ReadUInt16LittleEndian(raw[4..]));
        Destination = new ShortId(BinaryPrimitives.ReadUInt16LittleEndian(raw[6..]));
        Address = new Ipv4Address(BinaryPrimitives.ReadUInt32LittleEndian(raw[8..]));
        Length = BinaryPrimitives.ReadInt32LittleEndian(raw[12..]);
        Head = raw.Slice(16, HeadSize);
    }

    public DatapathEventKind Kind { get; }

    public ShortId Source { get; }

    public ShortId Destination { get; }

    /// <summary>Outer source address.</summary>
    public Ipv4Address Address { get; }

    /// <summary>Length of the inner frame.</summary>
    public int Length { get; }

    public ReadOnlySpan<byte> Head { get; }

    /// <summary>The address, for the kinds that speak of one.</summary>
    public MacAddress Mac => new(BinaryPrimitives.ReadUInt64LittleEndian(Head));

    /// <summary>Reads one record; false when it is cut short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> raw, out DatapathEvent read)
    {
        read = raw.Length < Size ? default : new DatapathEvent(raw);
        return raw.Length >= Size;
    }
}
