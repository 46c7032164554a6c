using Weave.Wire.Primitives;

namespace Weave.Core.Firewall;

/// <summary>An address of this host in the container network.</summary>
/// <param name="Address">On the bridge, with the subnet's prefix length.</param>
/// <param name="Masquerade">Containers reach the world with the host's address.</param>
public readonly record struct Exposure(Ipv4Cidr Address, bool Masquerade)
{
    /// <summary>The subnet, as rules name it.</summary>
    public Ipv4Cidr Subnet => new(Address.Network, Address.PrefixLength);
}
