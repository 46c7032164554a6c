using System.Buffers.Binary;
using Weave.Wire.Primitives;

namespace Weave.Wire.Vxlan;

/// <summary>A MAC address that the datapath programs learned.</summary>
/// <param name="Address">The address.</param>
/// <param name="Peer">The peer that it is at; our own id for containers of this host.</param>
/// <param name="Seen">When a frame of it passed, on the kernel's monotonic clock, up to about a second behind.</param>
/// <param name="Moves">How often it changed peers.</param>
/// <param name="Port">Index of the host's end of its veth, when frames may go straight into it; else 0.</param>
/// <remarks>
/// Map <c>weave_macs</c>, bpf/maps.h, host order; key: address as a number (8);
/// value: seen, nanoseconds (8) | stamp (4) | moves (4) | port (4) | peer (2) | 0 (2).
/// </remarks>
public readonly record struct DatapathMac(MacAddress Address, ShortId Peer, TimeSpan Seen, uint Moves, int Port)
{
    public const int KeySize = 8;
    public const int ValueSize = 24;

    public static DatapathMac Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => new(
        new MacAddress(BinaryPrimitives.ReadUInt64LittleEndian(key)),
        new ShortId(BinaryPrimitives.ReadUInt16LittleEndian(value[20..])),
        TimeSpan.FromTicks((long)(BinaryPrimitives.ReadUInt64LittleEndian(value) / 100)),
        BinaryPrimitives.ReadUInt32LittleEndian(value[12..]),
        BinaryPrimitives.ReadInt32LittleEndian(value[16..]));
}
