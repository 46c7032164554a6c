using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Tests.Fakes;

/// <summary>A routing table that exists only here.</summary>
internal sealed class FakeRoutes : IRoutes
{
    internal List<Route> Table { get; } = [];

    /// <summary>Called after a route was added.</summary>
    internal Action OnAdd { get; set; } = () => { };

    public IReadOnlyList<Route> List() => [.. Table];

    public void Add(string link, Ipv4Cidr destination, Ipv4Address? gateway = null)
    {
        Table.Add(new Route(destination, gateway, 1));
        OnAdd();
    }

    public void AddConnected(string link, Ipv4Cidr address) => Add(link, address with { Address = address.Network });

    public void Remove(Route route) => Table.Remove(route);

    public Route? Lookup(Ipv4Address destination) =>
        Table.Where(route => route.Destination.Contains(destination)).MaxBy(route => route.Destination.PrefixLength);

    public void SetNeighbour(string link, Ipv4Address address, MacAddress mac)
    {
    }

    public void RemoveNeighbour(string link, Ipv4Address address)
    {
    }
}
