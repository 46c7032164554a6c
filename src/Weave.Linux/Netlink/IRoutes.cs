using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>IPv4 routes and neighbours of the calling thread's namespace. Throws <see cref="Interop.KernelException"/>.</summary>
public interface IRoutes
{
    /// <summary>Unicast routes of all tables but the local one.</summary>
    IReadOnlyList<Route> List();

    /// <summary>Adds a route through a link unless an equal one is there.</summary>
    void Add(string link, Ipv4Cidr destination, Ipv4Address? gateway = null);

    /// <summary>
    /// Adds the route that the kernel made for an address of a link, after somebody removed it or put another in its place.
    /// It goes with the address, as the kernel's own does.
    /// </summary>
    void AddConnected(string link, Ipv4Cidr address);

    /// <summary>Removes a route if it is there.</summary>
    void Remove(Route route);

    /// <summary>Which way a packet to <paramref name="destination"/> goes; null when there is none.</summary>
    Route? Lookup(Ipv4Address destination);

    /// <summary>Pins the MAC address of a neighbour.</summary>
    void SetNeighbour(string link, Ipv4Address address, MacAddress mac);

    void RemoveNeighbour(string link, Ipv4Address address);
}
