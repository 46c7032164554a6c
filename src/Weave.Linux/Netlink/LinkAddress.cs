using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>An address and the number of the link that has it.</summary>
public readonly record struct LinkAddress(int LinkIndex, Ipv4Cidr Cidr);
