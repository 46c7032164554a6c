using System.Buffers.Binary;
using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>Finishes a checksum that the kernel left to the device.</summary>
public static class ChecksumFiller
{
    /// <summary>Sums from <see cref="VirtioNetHeader.ChecksumStart"/> to the end and stores the result.</summary>
    /// <returns>False when the header points outside of the frame.</returns>
    public static bool TryFill(Span<byte> frame, in VirtioNetHeader header)
    {
        if ((header.Flags & VirtioNetHeader.NeedsChecksum) == 0)
        {
            return true;
        }

        int field = header.ChecksumStart + header.ChecksumOffset;
        if (field + sizeof(ushort) > frame.Length)
        {
            return false;
        }

        // The field holds the pseudo-header's sum, which is thereby counted in.
        ushort sum = InternetChecksum.Of(frame[header.ChecksumStart..]);
        // UDP reads 0 as "no checksum"; the other zero of ones' complement means the same sum.
        BinaryPrimitives.WriteUInt16BigEndian(frame[field..], sum == 0 && header.ChecksumOffset == 6 ? (ushort)0xFFFF : sum);
        return true;
    }
}
