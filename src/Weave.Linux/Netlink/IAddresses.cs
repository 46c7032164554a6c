using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>IPv4 addresses on links of the calling thread's namespace. Throws <see cref="Interop.KernelException"/>.</summary>
public interface IAddresses
{
    /// <summary>The addresses of a link in the order in which they were added.</summary>
    IReadOnlyList<Ipv4Cidr> List(string link);

    /// <summary>Adds an address unless it is there.</summary>
    /// <returns>It was not there.</returns>
    bool Add(string link, Ipv4Cidr address);

    /// <summary>Removes an address if it is there.</summary>
    /// <returns>It was there.</returns>
    bool Remove(string link, Ipv4Cidr address);
}
