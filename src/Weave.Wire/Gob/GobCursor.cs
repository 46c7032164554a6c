using System.Runtime.CompilerServices;

namespace Weave.Wire.Gob;

/// <summary>
/// A place in a stream, with a sticky error: after the first failure every read returns zero or nothing and moves no
/// further, so that callers check once. A view: it owns no memory.
/// </summary>
internal ref struct GobCursor(ReadOnlySpan<byte> bytes)
{
    /// <summary>The whole stream. Names of types are kept as places in it.</summary>
    public readonly ReadOnlySpan<byte> Bytes = bytes;

    public int Position;

    /// <summary>End of the message being read.</summary>
    public int End;

    public string? Error;

    public readonly bool Failed => Error is not null;

    /// <summary>Nothing is left of the message; also after a failure, so that loops end.</summary>
    public readonly bool AtEnd => Position >= End || Failed;

    public readonly int Remaining => End - Position;

    public void Fail(string reason)
    {
        Error ??= reason;
        Position = End;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadUnsigned()
    {
        if (Position < End && Bytes[Position] < 128)
        {
            return Bytes[Position++];
        }

        return ReadLongUnsigned();
    }

    public long ReadSigned() => GobNumbers.UnZigZag(ReadUnsigned());

    /// <summary>A count of bytes or elements, each of which takes at least <paramref name="bytesEach"/> of what is left.</summary>
    public int ReadCount(int bytesEach)
    {
        ulong count = ReadUnsigned();
        if (count > (ulong)(Remaining / bytesEach))
        {
            Fail(GobErrors.CountTooBig);
            return 0;
        }

        return (int)count;
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        int count = ReadCount(1);
        ReadOnlySpan<byte> bytes = Bytes.Slice(Position, count);
        Position += count;
        return bytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong ReadLongUnsigned()
    {
        ReadOnlySpan<byte> rest = Bytes[Position..End];
        if (Failed || !GobNumbers.TryReadUnsigned(ref rest, out ulong value))
        {
            Fail(GobErrors.Truncated);
            return 0;
        }

        Position = End - rest.Length;
        return value;
    }
}
