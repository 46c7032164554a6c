using System.Text;

namespace Weave.Wire.Gob;

/// <summary>A growing array with the primitive encodings. Owns its memory; the spans it hands out die with the next write.</summary>
internal sealed class GobBuffer
{
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Unsigned(ulong value) => Length += GobNumbers.WriteUnsigned(Room(GobNumbers.MaxSize), value);

    public void Signed(long value) => Unsigned(GobNumbers.ZigZag(value));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Unsigned((ulong)value.Length);
        Raw(value);
    }

    public void String(ReadOnlySpan<char> value)
    {
        int size = Encoding.UTF8.GetByteCount(value);
        Unsigned((ulong)size);
        Length += Encoding.UTF8.GetBytes(value, Room(size));
    }

    public void Raw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        Length += value.Length;
    }

    /// <summary>Puts the size of everything from <paramref name="start"/> on in front of it.</summary>
    public void InsertLength(int start)
    {
        int size = Length - start;
        int prefix = GobNumbers.SizeOf((ulong)size);
        Room(GobNumbers.MaxSize);
        _bytes.AsSpan(start, size).CopyTo(_bytes.AsSpan(start + prefix));
        Span<byte> number = stackalloc byte[GobNumbers.MaxSize];
        GobNumbers.WriteUnsigned(number, (ulong)size);
        number[..prefix].CopyTo(_bytes.AsSpan(start));
        Length += prefix;
    }

    private Span<byte> Room(int size)
    {
        if (_bytes.Length - Length < size)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + size));
        }

        return _bytes.AsSpan(Length);
    }
}
