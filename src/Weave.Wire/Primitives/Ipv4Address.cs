using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Weave.Wire.Primitives;

/// <summary>An IPv4 address as a number, first octet most significant.</summary>
public readonly record struct Ipv4Address(uint Value) : IComparable<Ipv4Address>
{
    public const int Size = 4;

    /// <summary>Accepts exactly four decimal octets; a leading zero is refused, since some read it as octal.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Ipv4Address address)
    {
        address = default;
        uint value = 0;
        int octets = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> octet = text[range];
            if (octets == Size || octet.Length is 0 or > 3 || (octet.Length > 1 && octet[0] == '0')
                || !byte.TryParse(octet, NumberStyles.None, CultureInfo.InvariantCulture, out byte b))
            {
                return false;
            }

            value = (value << 8) | b;
            octets++;
        }

        address = octets == Size ? new Ipv4Address(value) : default;
        return octets == Size;
    }

    /// <summary>The address in <paramref name="text"/>.</summary>
    /// <exception cref="FormatException">It is not an IPv4 address; the message quotes it.</exception>
    public static Ipv4Address Parse(string text) =>
        TryParse(text, out Ipv4Address address) ? address : throw new FormatException($"\"{text}\" is not an IPv4 address");

    /// <summary>Reads four bytes, big-endian.</summary>
    public static Ipv4Address Read(ReadOnlySpan<byte> raw) => new(BinaryPrimitives.ReadUInt32BigEndian(raw));

    /// <summary>Writes four bytes, big-endian.</summary>
    public void Write(Span<byte> raw) => BinaryPrimitives.WriteUInt32BigEndian(raw, Value);

    public IPAddress ToIPAddress()
    {
        Span<byte> raw = stackalloc byte[Size];
        Write(raw);
        return new IPAddress(raw);
    }

    public int CompareTo(Ipv4Address other) => Value.CompareTo(other.Value);

    public static bool operator <(Ipv4Address left, Ipv4Address right) => left.Value < right.Value;

    public static bool operator >(Ipv4Address left, Ipv4Address right) => left.Value > right.Value;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Value >> 24}.{(Value >> 16) & 255}.{(Value >> 8) & 255}.{Value & 255}");
}
