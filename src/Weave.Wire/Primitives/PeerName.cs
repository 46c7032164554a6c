using System.Buffers.Binary;
using System.Globalization;

namespace Weave.Wire.Primitives;

/// <summary>Name of a peer: a 48-bit number, written like a MAC address. Zero means "unknown".</summary>
/// <remarks>
/// docs/wire/mesh.md §1.1. On the wire: text in the introduction, six raw bytes in topology and sleeve,
/// an unsigned integer everywhere else.
/// </remarks>
public readonly record struct PeerName(ulong Value) : IComparable<PeerName>
{
    /// <summary>Bytes of the raw form.</summary>
    public const int Size = 6;

    private const ulong Mask = 0xFFFF_FFFF_FFFF;

    public static readonly PeerName Unknown;

    public bool IsUnknown => Value == 0;

    /// <summary>Reads the raw form, big-endian, from exactly <see cref="Size"/> bytes.</summary>
    public static PeerName Read(ReadOnlySpan<byte> raw) =>
        new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(raw) << 32) | BinaryPrimitives.ReadUInt32BigEndian(raw[2..]));

    /// <summary>
    /// Folds bytes of any number into a name, left to right, keeping the last eight, as original peers do with
    /// names of a foreign length.
    /// </summary>
    public static PeerName Fold(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        foreach (byte b in bytes)
        {
            value = (value << 8) | b;
        }

        return new PeerName(value);
    }

    /// <summary>Writes the raw form into the first <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> raw)
    {
        BinaryPrimitives.WriteUInt16BigEndian(raw, (ushort)(Value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(raw[2..], (uint)Value);
    }

    /// <summary>
    /// Accepts six groups of one or two hex digits, or one <c>::</c> for the groups that are left out when one to
    /// four groups are given. Blanks in front of a group are tolerated, as by original peers.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PeerName name)
    {
        name = default;
        int gap = text.IndexOf("::");
        if (gap < 0)
        {
            return TryParseGroups(text, out ulong whole, out int groups) && groups == Size && Accept(whole, out name);
        }

        ReadOnlySpan<char> left = text[..gap];
        ReadOnlySpan<char> right = text[(gap + 2)..];
        if (!TryParseSide(left, out ulong high, out int before) || !TryParseSide(right, out ulong low, out int after))
        {
            return false;
        }

        int given = before + after;
        return given is >= 1 and <= 4 && Accept((high << (8 * (Size - before))) | low, out name);
    }

    /// <summary>The name in <paramref name="text"/>.</summary>
    /// <exception cref="FormatException">It is not a peer name; the message quotes it.</exception>
    public static PeerName Parse(string text) =>
        TryParse(text, out PeerName name) ? name : throw new FormatException($"\"{text}\" is not a peer name");

    public int CompareTo(PeerName other) => Value.CompareTo(other.Value);

    public static bool operator <(PeerName left, PeerName right) => left.Value < right.Value;

    public static bool operator >(PeerName left, PeerName right) => left.Value > right.Value;

    public override string ToString() => string.Create(17, Value & Mask, static (text, value) =>
    {
        for (int i = 0; i < Size; i++)
        {
            byte group = (byte)(value >> (8 * (Size - 1 - i)));
            group.TryFormat(text[(i * 3)..], out _, "x2", CultureInfo.InvariantCulture);
            if (i < Size - 1)
            {
                text[(i * 3) + 2] = ':';
            }
        }
    });

    private static bool Accept(ulong value, out PeerName name)
    {
        name = new PeerName(value);
        return true;
    }

    private static bool TryParseSide(ReadOnlySpan<char> text, out ulong value, out int groups)
    {
        value = 0;
        groups = 0;
        return text.IsEmpty || TryParseGroups(text, out value, out groups);
    }

    private static bool TryParseGroups(ReadOnlySpan<char> text, out ulong value, out int groups)
    {
        value = 0;
        groups = 0;
        foreach (Range range in text.Split(':'))
        {
            ReadOnlySpan<char> group = text[range].TrimStart(' ');
            if (group.Length is 0 or > 2 || groups == Size
                || !byte.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte b))
            {
                return false;
            }

            value = (value << 8) | b;
            groups++;
        }

        return true;
    }
}
