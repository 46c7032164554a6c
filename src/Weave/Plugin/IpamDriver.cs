using System.Collections.Frozen;
using Weave.Core.Ipam;
using Weave.Ipam;
using Weave.Linux.Netlink;
using Weave.Plugin.Model;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>Docker's IPAM driver: addresses come from the ring that all peers share.</summary>
internal sealed class IpamDriver(IAddressAllocation allocation, EndpointTable endpoints, PluginAddresses given, PluginNetworks networks, PoolsInTheMaking making, IRoutes routes, ILinks links, string bridge)
{
    internal const string Name = "weavemesh";
    internal const string LocalSpace = "weavelocal";
    internal const string GlobalSpace = "weaveglobal";

    private const string GatewayKey = "com.docker.network.gateway";

    /// <summary>Owner of addresses whose container Docker does not tell us.</summary>
    private const string Nobody = "_";

    private const string OldPool = "weavepool";
    private const int MostUnplacedPools = 3;

    private int _unplacedPools;

    /// <remarks>
    /// The gateway in the answer is the subnet itself, which keeps Docker from asking for an address for a gateway that
    /// nobody would be.
    /// </remarks>
    internal RequestPoolAnswer RequestPool(RequestPoolRequest request)
    {
        if (request.V6)
        {
            throw new PluginException("Weave Net has no IPv6 addresses to give out");
        }

        Ipv4Cidr subnet = request.Pool.Length == 0 ? PlaceDefault(request.AddressSpace) : CheckGiven(ParseSubnet(request.Pool));
        Ipv4Cidr range = request.SubPool.Length == 0 ? subnet : Parse(request.SubPool);
        string text = Network(subnet);
        string pool = $"weave-{text}-{Network(range)}";
        making.Begin(pool);
        return new RequestPoolAnswer(
            "", pool, text, new Dictionary<string, string>(StringComparer.Ordinal) { [GatewayKey] = text }.ToFrozenDictionary());
    }

    internal void ReleasePool(PoolRequest request) => Interlocked.Exchange(ref _unplacedPools, 0);

    private EngineUse UseOf(RequestAddressRequest request) =>
        request.IsForGateway || making.Contains(request.PoolID) ? EngineUse.Network : EngineUse.Endpoint;

    internal async Task<RequestAddressAnswer> RequestAddressAsync(RequestAddressRequest request, CancellationToken cancel)
    {
        (Ipv4Cidr subnet, Ipv4Cidr range) = SplitPool(request.PoolID);
        if (request.Address.Length == 0)
        {
            Ipv4Cidr allocated = await allocation.AllocateAsync(Nobody, range, isContainer: false, cancel, engine: EngineUse.Endpoint).ConfigureAwait(false);
            return Answer(allocated.Address, subnet);
        }

        if (!Ipv4Address.TryParse(request.Address, out Ipv4Address wanted))
        {
            throw new PluginException($"invalid IP address: {request.Address}");
        }

        if (endpoints.UserOf(wanted) is { } user)
        {
            throw EndpointTable.InUse(wanted, user);
        }

        await allocation.ClaimAsync(Nobody, new Ipv4Cidr(wanted, subnet.PrefixLength), isContainer: false, noErrorOnUnknown: IsElsewhere(request, wanted), cancel, UseOf(request)).ConfigureAwait(false);
        return Answer(wanted, subnet);
    }

    /// <exception cref="IOException">It cannot be stored that Docker has it: then Docker does not get it.</exception>
    internal async Task<EmptyMessage> ReleaseAddressAsync(ReleaseAddressRequest request, CancellationToken cancel)
    {
        (Ipv4Cidr subnet, _) = SplitPool(request.PoolID);
        if (!Ipv4Address.TryParse(request.Address, out Ipv4Address address) || address == subnet.Network)
        {
            return new EmptyMessage(); // the gateway that was none
        }

        if (networks.Has(address))
        {
            return new EmptyMessage(); // another network of this host has it as well
        }

        if (endpoints.UserOf(address) is not null)
        {
            // A second container was refused this address, and Docker tidies up after it. The first one keeps it.
            return new EmptyMessage();
        }

        try
        {
            await allocation.FreeAsync(address.ToString(), cancel).ConfigureAwait(false);
            given.GivenBack(address);
        }
        catch (AllocationException none)
        {
            throw new PluginException($"400 Bad Request: {none.Message}\n", none); // as the original put it
        }

        return new EmptyMessage();
    }

    // Nobody is at a gateway outside our range, which all hosts may name alike.
    private bool IsElsewhere(RequestAddressRequest request, Ipv4Address wanted) => request.IsForGateway && !allocation.Universe.Contains(wanted);

    private static RequestAddressAnswer Answer(Ipv4Address address, Ipv4Cidr subnet) =>
        new("", new Ipv4Cidr(address, subnet.PrefixLength).ToString(), null);

    /// <summary>
    /// The default subnet, unless the host has a route that overlaps it. Docker makes the same check, and asks again
    /// for another subnet for as long as it gets the same.
    /// </summary>
    private Ipv4Cidr PlaceDefault(string space)
    {
        Ipv4Cidr subnet = allocation.DefaultSubnet;
        if (space == GlobalSpace)
        {
            return subnet;
        }

        if (FindOverlap(subnet, _ => true) is { } overlap)
        {
            throw new PluginException($"the default subnet {Network(subnet)} overlaps {overlap} of this host; choose one with --subnet");
        }

        if (Interlocked.Increment(ref _unplacedPools) > MostUnplacedPools)
        {
            Interlocked.Exchange(ref _unplacedPools, 0);
            throw new PluginException($"Docker finds that the default subnet {Network(subnet)} overlaps something of this host; choose one with --subnet");
        }

        return subnet;
    }

    /// <summary>A subnet within our range was set aside for us; any other must not hide what the host can reach now.</summary>
    private Ipv4Cidr CheckGiven(Ipv4Cidr subnet)
    {
        Interlocked.Exchange(ref _unplacedPools, 0);
        int own = links.Find(bridge)?.Index ?? 0;
        if (!allocation.Universe.Contains(subnet.Network) && FindOverlap(subnet, route => route.LinkIndex != own) is { } overlap)
        {
            throw new PluginException($"the subnet {Network(subnet)} overlaps {overlap} of this host");
        }

        return subnet;
    }

    private string? FindOverlap(Ipv4Cidr subnet, Func<Route, bool> counts)
    {
        foreach (Route route in routes.List())
        {
            if (route.Destination.PrefixLength > 0 && route.Destination.Overlaps(subnet) && counts(route))
            {
                string link = links.List().FirstOrDefault(link => link.Index == route.LinkIndex)?.Name ?? "?";
                return $"the route {route.Destination} through \"{link}\"";
            }
        }

        return null;
    }

    private (Ipv4Cidr Subnet, Ipv4Cidr Range) SplitPool(string id)
    {
        if (id == OldPool)
        {
            return (allocation.DefaultSubnet, allocation.DefaultSubnet);
        }

        string[] parts = id.Split('-');
        return parts is ["weave", _, _] ? (Parse(parts[1]), Parse(parts[2])) : throw new PluginException($"Unrecognized pool ID: {id}");
    }

    // Docker passes on what users write, host bits and all.
    private static Ipv4Cidr ParseSubnet(string text) =>
        SubnetText.TryParseSubnet(Network(Parse(text)), out Ipv4Cidr subnet, out string problem) ? subnet : throw new PluginException(problem);

    private static Ipv4Cidr Parse(string text) => Ipv4Cidr.TryParse(text, out Ipv4Cidr cidr)
        ? cidr with { Address = cidr.Network }
        : throw new PluginException($"invalid CIDR address: {text}");

    private static string Network(Ipv4Cidr cidr) => (cidr with { Address = cidr.Network }).ToString();
}
