using Weave.Wire.Gob;

namespace Weave.Wire.Mesh;

/// <summary>Top-level gob values of built-in types written straight into place, for messages whose size is known beforehand.</summary>
/// <remarks>docs/wire/gob.md §3: size | type id | 00 | value</remarks>
internal static class PlainValue
{
    /// <summary>Type id and the zero in front of values that are not structs.</summary>
    private const int HeaderSize = 2;

    public static int SizeOfUInt(ulong value) => SizeOfMessage(GobNumbers.SizeOf(value));

    public static int SizeOfBytes(int length) => SizeOfMessage(GobNumbers.SizeOf((ulong)length) + length);

    public static void WriteUInt(ref Span<byte> rest, ulong value)
    {
        WriteHeader(ref rest, GobKind.UInt, GobNumbers.SizeOf(value));
        WriteNumber(ref rest, value);
    }

    /// <summary>Writes everything up to the bytes of a string or byte slice, and returns the place where they go.</summary>
    public static Span<byte> WriteBytesHeader(ref Span<byte> rest, GobKind kind, int length)
    {
        WriteHeader(ref rest, kind, GobNumbers.SizeOf((ulong)length) + length);
        WriteNumber(ref rest, (ulong)length);
        Span<byte> content = rest[..length];
        rest = rest[length..];
        return content;
    }

    private static int SizeOfMessage(int value) => GobNumbers.SizeOf((ulong)(HeaderSize + value)) + HeaderSize + value;

    private static void WriteHeader(ref Span<byte> rest, GobKind kind, int valueSize)
    {
        WriteNumber(ref rest, (ulong)(HeaderSize + valueSize));
        rest[0] = (byte)GobNumbers.ZigZag((long)kind);
        rest[1] = 0;
        rest = rest[HeaderSize..];
    }

    private static void WriteNumber(ref Span<byte> rest, ulong value)
    {
        Span<byte> number = stackalloc byte[GobNumbers.MaxSize];
        int size = GobNumbers.WriteUnsigned(number, value);
        number[..size].CopyTo(rest);
        rest = rest[size..];
    }
}
