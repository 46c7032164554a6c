using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Addresses and subnets as users write them, with the original's words for what is wrong.</summary>
public static class SubnetText
{
    /// <summary>The first and last address of a subnet are not given out, so two would leave nothing.</summary>
    public const int MinimumSize = 4;

    private const string MappedPrefix = "::ffff:";

    /// <summary>An address with a prefix length.</summary>
    public static bool TryParseCidr(string text, out Ipv4Cidr cidr, out string error)
    {
        error = "";
        if (Ipv4Cidr.TryParse(text, out cidr))
        {
            return true;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        bool ipv6 = slash > 0 && text.Contains(':', StringComparison.Ordinal)
            && System.Net.IPAddress.TryParse(text.AsSpan(0, slash), out _) && byte.TryParse(text.AsSpan(slash + 1), out byte length) && length <= 128;
        error = ipv6 ? $"invalid Non-IPv4 address not supported: {text}" : $"invalid CIDR address: {text}";
        return false;
    }

    /// <summary>A subnet: host bits zero, at least <see cref="MinimumSize"/> addresses.</summary>
    public static bool TryParseSubnet(string text, out Ipv4Cidr subnet, out string error)
    {
        if (!TryParseCidr(text, out subnet, out error))
        {
            return false;
        }

        if (subnet.Size < MinimumSize || subnet.PrefixLength == 0)
        {
            error = $"invalid subnet - smaller than minimum size {MinimumSize}: {text}";
        }
        else if (!subnet.IsNetwork)
        {
            error = $"invalid subnet - bits after network prefix are not all zero: {text}";
        }

        return error.Length == 0;
    }

    /// <summary>The range that peers share: a subnet that does not end at the very last address, which the protocol cannot say.</summary>
    public static bool TryParseUniverse(string text, out Ipv4Cidr universe, out string error)
    {
        if (TryParseSubnet(text, out universe, out error) && Ipv4Range.Of(universe).IsEmpty)
        {
            error = $"invalid subnet - must end before 255.255.255.255: {text}";
        }

        return error.Length == 0;
    }

    /// <summary>One address, also in its IPv6-mapped form.</summary>
    public static bool TryParseAddress(string text, out Ipv4Address address, out string error)
    {
        string plain = text.StartsWith(MappedPrefix, StringComparison.OrdinalIgnoreCase) ? text[MappedPrefix.Length..] : text;
        error = Ipv4Address.TryParse(plain, out address) ? "" : $"invalid IP Address: {text}";
        return error.Length == 0;
    }
}
