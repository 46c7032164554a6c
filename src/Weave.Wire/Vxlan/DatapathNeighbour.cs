using System.Buffers.Binary;
using Weave.Wire.Primitives;

namespace Weave.Wire.Vxlan;

/// <summary>A neighbour as the datapath programs know it.</summary>
/// <param name="Address">Where its tunnel ends; zero when it has none.</param>
/// <param name="Device">Index of the VXLAN device for its UDP port; 0 for the one on the bridge.</param>
/// <param name="Fast">Reached over VXLAN; otherwise frames for it are handed to user space.</param>
/// <remarks>Map <c>weave_neigh</c>, bpf/maps.h, host order: address (4) | device (4) | flags (4) | 0 (4).</remarks>
public readonly record struct DatapathNeighbour(Ipv4Address Address, int Device, bool Fast)
{
    public const int Size = 16;

    private const uint KnownFlag = 1;
    private const uint FastFlag = 2;

    /// <summary>Reads a value of the map; false when the entry is empty.</summary>
    public static bool TryRead(ReadOnlySpan<byte> raw, out DatapathNeighbour neighbour)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(raw[8..]);
        neighbour = new DatapathNeighbour(
            new Ipv4Address(BinaryPrimitives.ReadUInt32LittleEndian(raw)),
            BinaryPrimitives.ReadInt32LittleEndian(raw[4..]),
            (flags & FastFlag) != 0);
        return (flags & KnownFlag) != 0;
    }

    public void Write(Span<byte> raw)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(raw, Address.Value);
        BinaryPrimitives.WriteInt32LittleEndian(raw[4..], Device);
        BinaryPrimitives.WriteUInt32LittleEndian(raw[8..], KnownFlag | (Fast ? FastFlag : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(raw[12..], 0);
    }
}
