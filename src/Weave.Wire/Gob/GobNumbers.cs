using System.Buffers.Binary;
using System.Numerics;

namespace Weave.Wire.Gob;

/// <summary>The two integer forms that everything in a stream is made of.</summary>
/// <remarks>
/// docs/wire/gob.md §1. Unsigned: up to 127 one byte; else 256 - n, then n big-endian bytes. Signed: zig-zag, then unsigned.
/// </remarks>
public static class GobNumbers
{
    /// <summary>Longest encoding of a number.</summary>
    public const int MaxSize = 1 + sizeof(ulong);

    /// <summary>Takes a number off <paramref name="rest"/>, which stays as it is when false: not enough bytes, or more than 64 bits.</summary>
    public static bool TryReadUnsigned(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        if (rest.IsEmpty)
        {
            return false;
        }

        byte first = rest[0];
        if (first < 128)
        {
            value = first;
            rest = rest[1..];
            return true;
        }

        int size = 256 - first;
        if (size > sizeof(ulong) || rest.Length <= size)
        {
            return false;
        }

        foreach (byte b in rest.Slice(1, size))
        {
            value = (value << 8) | b;
        }

        rest = rest[(1 + size)..];
        return true;
    }

    /// <summary>Writes the shortest form into <paramref name="target"/> (at least <see cref="MaxSize"/> bytes). Returns its size.</summary>
    public static int WriteUnsigned(Span<byte> target, ulong value)
    {
        if (value < 128)
        {
            target[0] = (byte)value;
            return 1;
        }

        int size = SizeOf(value) - 1;
        target[0] = (byte)(256 - size);
        BinaryPrimitives.WriteUInt64BigEndian(target[1..], value << (8 * (sizeof(ulong) - size)));
        return 1 + size;
    }

    /// <summary>Bytes of the shortest form.</summary>
    public static int SizeOf(ulong value) =>
        value < 128 ? 1 : 1 + sizeof(ulong) - (BitOperations.LeadingZeroCount(value) / 8);

    public static ulong ZigZag(long value) => ((ulong)value << 1) ^ (ulong)(value >> 63);

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
