using System.Buffers.Binary;

namespace Weave.Wire.Packet;

/// <summary>What the kernel puts in front of each frame of a TAP device that was opened with <c>IFF_VNET_HDR</c>.</summary>
/// <remarks>
/// <c>struct virtio_net_hdr</c>, in the byte order of the machine (little-endian where we run): flags (1) | gso_type (1) |
/// hdr_len (2) | gso_size (2) | csum_start (2) | csum_offset (2). Offsets count from the start of the frame.
/// </remarks>
/// <param name="Flags"><see cref="NeedsChecksum"/>, <see cref="DataValid"/>.</param>
/// <param name="Segmentation">What kind of super-packet the frame is.</param>
/// <param name="HeaderLength">Bytes of headers in front of what is cut up; a hint.</param>
/// <param name="SegmentSize">Payload bytes of each piece but the last.</param>
/// <param name="ChecksumStart">Where summing starts.</param>
/// <param name="ChecksumOffset">Where, counted from there, the checksum is to be put.</param>
public readonly record struct VirtioNetHeader(
    byte Flags, byte Segmentation, ushort HeaderLength, ushort SegmentSize, ushort ChecksumStart, ushort ChecksumOffset)
{
    public const int Size = 10;

    /// <summary>The checksum holds only the pseudo-header's sum: finish it.</summary>
    public const byte NeedsChecksum = 1;

    /// <summary>The checksum was checked already.</summary>
    public const byte DataValid = 2;

    public const byte SegmentNone = 0;
    public const byte SegmentTcp4 = 1;
    public const byte SegmentUdpFragments = 3;
    public const byte SegmentTcp6 = 4;
    public const byte SegmentUdp = 5;

    /// <summary>May be set beside the kind: the segments carry congestion marks.</summary>
    public const byte SegmentCongestion = 0x80;

    /// <summary>The kind without its extra bits.</summary>
    public byte Kind => (byte)(Segmentation & ~SegmentCongestion);

    public static VirtioNetHeader Read(ReadOnlySpan<byte> raw) => new(
        raw[0],
        raw[1],
        BinaryPrimitives.ReadUInt16LittleEndian(raw[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(raw[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(raw[6..]),
        BinaryPrimitives.ReadUInt16LittleEndian(raw[8..]));

    public void Write(Span<byte> raw)
    {
        raw[0] = Flags;
        raw[1] = Segmentation;
        BinaryPrimitives.WriteUInt16LittleEndian(raw[2..], HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(raw[4..], SegmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(raw[6..], ChecksumStart);
        BinaryPrimitives.WriteUInt16LittleEndian(raw[8..], ChecksumOffset);
    }
}
