using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>Tells a network which MAC address an IPv4 address has.</summary>
public interface IArpAnnouncer
{
    /// <summary>Broadcasts one gratuitous ARP request from a link of the calling thread's namespace.</summary>
    /// <exception cref="Interop.KernelException">It could not be sent.</exception>
    void Announce(Link link, Ipv4Address address);
}
