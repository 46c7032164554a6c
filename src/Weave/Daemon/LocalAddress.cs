using Weave.Wire.Primitives;

namespace Weave.Daemon;

/// <summary>An address of this host.</summary>
/// <param name="Link">The name of the link that has it.</param>
/// <param name="Cidr">With the prefix length of its subnet.</param>
/// <param name="OnBridge">The link is a bridge.</param>
/// <param name="Outward">A default route leads through the link: other hosts are behind it.</param>
internal sealed record LocalAddress(string Link, Ipv4Cidr Cidr, bool OnBridge, bool Outward);
