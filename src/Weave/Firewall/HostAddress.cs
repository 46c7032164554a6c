using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>Which addresses a host, or a container, can be given with a prefix length.</summary>
internal static class HostAddress
{
    /// <summary>Why <paramref name="cidr"/> is none that an interface can have; null when it is one.</summary>
    internal static string? Problem(Ipv4Cidr cidr) => (cidr.Address.Value >> 24, cidr.PrefixLength) switch
    {
        (_, 0) => $"{cidr}: a subnet of /0 would take all traffic of the host",
        (0, _) => $"{cidr} is no address of a host: 0.0.0.0/8 means this network",
        (127, _) => $"{cidr} is a loopback address, which nobody else can reach",
        ( >= 224, _) => $"{cidr} is no address of a host: 224.0.0.0/4 is for multicast, and what is above it for nobody",
        _ when cidr.PrefixLength < 31 && cidr.Address.Value == Network(cidr) => $"{cidr} is the address of the subnet itself",
        _ when cidr.PrefixLength < 31 && cidr.Address.Value == (Network(cidr) | ~Mask(cidr)) => $"{cidr} is the broadcast address of its subnet",
        _ => null,
    };

    private static uint Mask(Ipv4Cidr cidr) => uint.MaxValue << (32 - cidr.PrefixLength);

    private static uint Network(Ipv4Cidr cidr) => cidr.Address.Value & Mask(cidr);
}
