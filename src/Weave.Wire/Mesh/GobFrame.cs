using Weave.Wire.Gob;

namespace Weave.Wire.Mesh;

/// <summary>A message of protocol version 1: a byte slice in the one gob stream of its direction.</summary>
/// <remarks>docs/wire/mesh.md §1.5: size | 0a | 00 | count | bytes</remarks>
public static class GobFrame
{
    /// <summary>Bytes in front of a message of <paramref name="length"/> bytes.</summary>
    public static int HeaderSize(int length) => PlainValue.SizeOfBytes(length) - length;

    /// <summary>Writes what stands in front of a message of <paramref name="length"/> bytes; there must be room for both.</summary>
    public static void WriteHeader(Span<byte> frame, int length) =>
        PlainValue.WriteBytesHeader(ref frame, GobKind.Bytes, length);
}
