using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Overlay.Pieces;

/// <summary>
/// The host's addresses on the bridge, with their routes. What was exposed is there until it is hidden; what somebody else put
/// there goes with the bridge only if he takes it away himself.
/// </summary>
/// <param name="bridge">Adds addresses.</param>
/// <param name="links">Links of the host.</param>
/// <param name="addresses">Its addresses.</param>
/// <param name="routes">Its routes.</param>
/// <param name="exposed">What is exposed at present.</param>
internal sealed class BridgeAddresses(HostBridge bridge, ILinks links, IAddresses addresses, IRoutes routes, Func<IReadOnlyList<Ipv4Cidr>> exposed)
{
    private const int LongestWithRoute = 30;

    private readonly HashSet<Ipv4Cidr> _routed = [];
    private IReadOnlyList<Ipv4Cidr> _last = [];
    private int _index;

    /// <summary>Puts back what is missing.</summary>
    /// <param name="name">The bridge.</param>
    /// <param name="tell">Is told of what was put back: subject, words.</param>
    internal void Look(string name, Action<string, string> tell)
    {
        if (links.Find(name) is not { } link)
        {
            return;
        }

        bool remade = _index != 0 && _index != link.Index;
        IReadOnlyList<Ipv4Cidr> found = addresses.List(name);
        foreach (Ipv4Cidr missing in exposed().Concat(remade ? _last : []).Distinct().Except(found).ToArray())
        {
            bridge.AddAddress(name, missing, withoutRoute: false);
            tell($"{missing}", $"address {missing} was gone from {name} and is there again");
        }

        _index = link.Index;
        _last = addresses.List(name);
        LookAtRoutes(link, tell);
    }

    /// <summary>An address has its route if it is exposed, or had it when we looked before: there are addresses that are meant to have none.</summary>
    private void LookAtRoutes(Link link, Action<string, string> tell)
    {
        _routed.IntersectWith(_last);
        _routed.UnionWith(exposed().Intersect(_last));
        foreach (Ipv4Cidr address in _last.Where(address => address.PrefixLength <= LongestWithRoute))
        {
            if (HasRoute(link, address))
            {
                _routed.Add(address);
            }
            else if (_routed.Contains(address))
            {
                routes.AddConnected(link.Name, address);
                tell($"route {address}", $"the route to {address with { Address = address.Network }} through {link.Name} was gone and is there again");
            }
        }
    }

    private bool HasRoute(Link link, Ipv4Cidr address)
    {
        // Looking one address up costs nothing; a host may have a million routes.
        Ipv4Address probe = Enumerable.Range(1, _last.Count + 2).Select(step => new Ipv4Address(address.Network.Value + (uint)step)).First(candidate => _last.All(own => own.Address != candidate));
        return !address.Contains(probe) || routes.Lookup(probe)?.LinkIndex == link.Index
            || routes.List().Any(route => route.LinkIndex == link.Index && route.Destination == (address with { Address = address.Network }));
    }
}
