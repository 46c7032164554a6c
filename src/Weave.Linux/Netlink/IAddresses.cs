using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>IPv4 addresses on links of the calling thread's namespace. Throws <see cref="Interop.KernelException"/>.</summary>
public interface IAddresses
{
    /// <summary>The addresses of a link in the order in which they were added.</summary>
    IReadOnlyList<Ipv4Cidr> List(string link);

    /// <summary>The addresses of all links.</summary>
    IReadOnlyList<LinkAddress> List();

    /// <summary>Adds an address unless it is there.</summary>
    /// <param name="link">The link's name.</param>
    /// <param name="address">With the prefix length of its subnet.</param>
    /// <param name="hostOnly">Packets of this host's own do not take it for their source.</param>
    /// <returns>It was not there.</returns>
    bool Add(string link, Ipv4Cidr address, bool hostOnly = false);

    /// <summary>Removes an address if it is there.</summary>
    /// <returns>It was there.</returns>
    bool Remove(string link, Ipv4Cidr address);
}
