using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weave.Wire.Packet;

/// <summary>The ones' complement sum of RFC 1071, as a running value that pieces are added to.</summary>
/// <remarks>
/// Sums are kept in the byte order of the machine (the sum commutes with swapping bytes), so whole vectors are added
/// as they lie in memory. Only the last piece may have an odd length.
/// </remarks>
public static class InternetChecksum
{
    /// <summary>Adds <paramref name="bytes"/> to <paramref name="sum"/>, which may be any earlier result or 0.</summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        // Not 256 bits: in a binary for every CPU the compiler leaves those out.
        if (bytes.Length >= Vector128<byte>.Count * 2)
        {
            sum = AddVectors(sum, ref bytes);
        }

        while (bytes.Length >= sizeof(uint))
        {
            sum += MemoryMarshal.Read<uint>(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length >= sizeof(ushort))
        {
            sum += MemoryMarshal.Read<ushort>(bytes);
            bytes = bytes[sizeof(ushort)..];
        }

        if (!bytes.IsEmpty)
        {
            sum += BitConverter.IsLittleEndian ? bytes[0] : (ulong)bytes[0] << 8;
        }

        return Fold32(sum);
    }

    /// <summary>Adds one 16-bit number, as a pseudo-header has them.</summary>
    public static ulong Add(ulong sum, ushort value) =>
        sum + (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    /// <summary>The sum folded to 16 bits, as a big-endian field would hold it: not yet complemented.</summary>
    public static ushort Fold(ulong sum)
    {
        uint folded = (uint)Fold32(sum);
        folded = (folded & 0xFFFF) + (folded >> 16);
        folded = (folded & 0xFFFF) + (folded >> 16);
        ushort value = (ushort)folded;
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    /// <summary>The checksum of everything added: the complement of the sum.</summary>
    public static ushort Finish(ulong sum) => (ushort)~Fold(sum);

    /// <summary>The checksum of <paramref name="bytes"/> alone; 0 when they contain a right one.</summary>
    public static ushort Of(ReadOnlySpan<byte> bytes) => Finish(Add(0, bytes));

    /// <summary>Source, destination, protocol and length, as TCP and UDP over IPv4 count them in.</summary>
    public static ulong PseudoHeader(ReadOnlySpan<byte> ipv4Header, byte protocol, int length) =>
        Add(Add(Add(0, ipv4Header.Slice(12, 8)), protocol), (ushort)length);

    private static ulong AddVectors(ulong sum, ref ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<Vector128<ulong>> vectors = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        Vector128<ulong> even = Vector128<ulong>.Zero;
        Vector128<ulong> odd = Vector128<ulong>.Zero;
        Vector128<ulong> mask = Vector128.Create(0xFFFF_FFFFUL);
        foreach (Vector128<ulong> words in vectors)
        {
            // Lanes of 64 bits hold sums of 32-bit words: no carry is lost below 2^32 words.
            even += words & mask;
            odd += Vector128.ShiftRightLogical(words, 32);
        }

        bytes = bytes[(vectors.Length * Vector128<byte>.Count)..];
        return Fold32(sum) + Fold32(Vector128.Sum(even)) + Fold32(Vector128.Sum(odd));
    }

    private static ulong Fold32(ulong sum)
    {
        sum = (sum & 0xFFFF_FFFF) + (sum >> 32);
        return (sum & 0xFFFF_FFFF) + (sum >> 32);
    }
}
