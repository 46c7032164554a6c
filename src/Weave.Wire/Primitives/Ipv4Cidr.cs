using System.Globalization;

namespace Weave.Wire.Primitives;

/// <summary>An IPv4 address with the length of its network prefix. The host bits are kept.</summary>
public readonly record struct Ipv4Cidr(Ipv4Address Address, int PrefixLength)
{
    public uint Mask => PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength);

    /// <summary>First address of the network: host bits zero.</summary>
    public Ipv4Address Network => new(Address.Value & Mask);

    /// <summary>Last address of the network: host bits one.</summary>
    public Ipv4Address Last => new(Address.Value | ~Mask);

    /// <summary>Number of addresses in the network, 1 to 2^32.</summary>
    public ulong Size => 1UL << (32 - PrefixLength);

    /// <summary>The host bits are zero, so this names a network rather than a host in one.</summary>
    public bool IsNetwork => Address == Network;

    public bool Contains(Ipv4Address address) => (address.Value & Mask) == Network.Value;

    public bool Overlaps(Ipv4Cidr other) => Contains(other.Network) || other.Contains(Network);

    /// <summary>Accepts <c>a.b.c.d/len</c> with a length of 0 to 32.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Ipv4Cidr cidr)
    {
        cidr = default;
        int slash = text.IndexOf('/');
        if (slash < 0 || !Ipv4Address.TryParse(text[..slash], out Ipv4Address address)
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > 32)
        {
            return false;
        }

        cidr = new Ipv4Cidr(address, length);
        return true;
    }

    /// <summary>The network in <paramref name="text"/>.</summary>
    /// <exception cref="FormatException">It is not of the form a.b.c.d/len; the message quotes it.</exception>
    public static Ipv4Cidr Parse(string text) =>
        TryParse(text, out Ipv4Cidr cidr) ? cidr : throw new FormatException($"\"{text}\" is not an IPv4 network (a.b.c.d/len)");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{PrefixLength}");
}
