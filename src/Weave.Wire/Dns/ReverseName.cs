using System.Buffers.Text;
using Weave.Wire.Primitives;

namespace Weave.Wire.Dns;

/// <summary>Names under <c>in-addr.arpa.</c>: the four octets of an address, last one first.</summary>
/// <remarks>docs/wire/dns.md §2.</remarks>
public static class ReverseName
{
    /// <summary><c>in-addr.arpa.</c> in wire form.</summary>
    public static ReadOnlySpan<byte> Domain => "\u0007in-addr\u0004arpa\0"u8;

    /// <summary>The address that <paramref name="name"/>, whole and in lower case, stands for.</summary>
    public static bool TryRead(ReadOnlySpan<byte> name, out Ipv4Address address)
    {
        address = default;
        uint value = 0;
        int at = 0;
        for (int i = 0; i < Ipv4Address.Size; i++)
        {
            ReadOnlySpan<byte> label = name.Slice(at + 1, name[at]);
            if (label.Length is 0 or > 3 || !Utf8Parser.TryParse(label, out byte octet, out int used) || used != label.Length)
            {
                return false;
            }

            value |= (uint)octet << (8 * i);
            at += 1 + label.Length;
        }

        address = new Ipv4Address(value);
        return name[at..].SequenceEqual(Domain);
    }

    /// <summary>Wire form of the name for <paramref name="address"/>, with dots.</summary>
    public static string ToText(Ipv4Address address)
    {
        uint v = address.Value;
        return $"{v & 255}.{(v >> 8) & 255}.{(v >> 16) & 255}.{v >> 24}.in-addr.arpa.";
    }
}
