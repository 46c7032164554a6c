using System.Buffers.Binary;
using System.Globalization;

namespace Weave.Wire.Primitives;

/// <summary>48-bit Ethernet address.</summary>
public readonly record struct MacAddress(ulong Value) : IComparable<MacAddress>
{
    public const int Size = 6;

    public static readonly MacAddress Zero;
    public static readonly MacAddress Broadcast = new(0xFFFF_FFFF_FFFF);

    /// <summary>Broadcast or multicast: the group bit of the first octet is set.</summary>
    public bool IsGroup => (Value & 0x0100_0000_0000) != 0;

    /// <summary>Reads six bytes, big-endian.</summary>
    public static MacAddress Read(ReadOnlySpan<byte> raw) =>
        new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(raw) << 32) | BinaryPrimitives.ReadUInt32BigEndian(raw[2..]));

    /// <summary>Writes six bytes, big-endian.</summary>
    public void Write(Span<byte> raw)
    {
        BinaryPrimitives.WriteUInt16BigEndian(raw, (ushort)(Value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(raw[2..], (uint)Value);
    }

    /// <summary>Accepts six groups of two hex digits joined by colons.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress mac)
    {
        mac = default;
        if (text.Length != 17)
        {
            return false;
        }

        ulong value = 0;
        for (int i = 0; i < Size; i++)
        {
            if ((i > 0 && text[(i * 3) - 1] != ':')
                || !byte.TryParse(text.Slice(i * 3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte b))
            {
                return false;
            }

            value = (value << 8) | b;
        }

        mac = new MacAddress(value);
        return true;
    }

    public int CompareTo(MacAddress other) => Value.CompareTo(other.Value);

    public override string ToString() => new PeerName(Value).ToString();
}
