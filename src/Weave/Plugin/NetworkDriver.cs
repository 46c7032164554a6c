using Microsoft.Extensions.Logging;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Plugin.Model;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>
/// Docker's network driver. An endpoint is a veth pair: CreateEndpoint makes it on the bridge, Join tells Docker to
/// move the other end into the container, DeleteEndpoint has it deleted.
/// </summary>
/// <remarks>No call asks Docker for anything: it waits for us while holding its locks.</remarks>
internal sealed class NetworkDriver(
    NetworkDriverOptions options,
    PluginNetworks networks,
    EndpointTable endpoints,
    EndpointRemover remover,
    MulticastRoutes multicastRoutes,
    EngineFacts engine,
    PoolsInTheMaking making,
    ILinks links,
    ISysctls sysctls,
    EndpointMark mark,
    ILogger<NetworkDriver> logger,
    ProblemBoard? problems = null)
{
    /// <summary>Interfaces in containers begin with this; Docker adds a number.</summary>
    internal const string ContainerInterface = "ethwe";

    /// <summary>Address space of Docker's IPAM driver <c>null</c>: containers bring their own addresses.</summary>
    private const string NoAddresses = "null";

    private static readonly StaticRoute MulticastRoute = new("224.0.0.0/4", RouteType: 1, NextHop: "");

    internal CapabilitiesAnswer GetCapabilities() => new("", options.Scope, "");

    internal void CreateNetwork(CreateNetworkRequest request)
    {
        bool multicast = PluginNetworks.ReadMulticast(request.Options, name => logger.UnknownOption(request.NetworkID, name));
        foreach (PoolData pool in request.IPv4Data ?? [])
        {
            CheckSpace(request.NetworkID, pool.AddressSpace ?? "");
        }

        networks.Add(request.NetworkID, new PluginNetwork(
            multicast, [.. (request.IPv4Data ?? []).Select(pool => pool.Pool ?? "")], [.. (request.IPv4Data ?? []).SelectMany(pool => pool.Own)]));
        foreach (PoolData pool in request.IPv4Data ?? [])
        {
            making.End(pool.Pool ?? "");
        }
    }

    internal void DeleteNetwork(NetworkRequest request)
    {
        networks.Remove(request.NetworkID);
        problems?.Clear("network", request.NetworkID);
    }

    internal CreateEndpointAnswer CreateEndpoint(CreateEndpointRequest request)
    {
        if (request.EndpointID.Length == 0)
        {
            // Docker repeats a call that broke off, without what it had to say: its reader is at the end.
            throw new PluginException("Docker's call came without its content, as when the router ends while it answers: start the container again");
        }

        if (request.Interface is not { } wanted)
        {
            throw new PluginException("Not supported: creating an interface from within CreateEndpoint");
        }

        Ipv4Cidr? address = Ipv4Cidr.TryParse(wanted.Address, out Ipv4Cidr parsed) ? parsed : null;
        endpoints.Add(request.EndpointID, address, () => CreateVeth(request.EndpointID, wanted.MacAddress, address));
        string mac = wanted.MacAddress.Length > 0 ? "" : links.Find(EndpointNames.Guest(request.EndpointID))!.Mac.ToString();
        return new CreateEndpointAnswer("", new EndpointInterface("", "", mac));
    }

    /// <summary>Nothing here may fail: Docker could do nothing about it, and would keep the endpoint for ever.</summary>
    internal void DeleteEndpoint(EndpointRequest request)
    {
        endpoints.Remove(request.EndpointID);
        multicastRoutes.Leave(request.EndpointID);
        remover.Remove(request.EndpointID);
    }

    internal void Leave(EndpointRequest request) => multicastRoutes.Leave(request.EndpointID);

    internal JoinAnswer Join(JoinRequest request)
    {
        endpoints.Joined(request.EndpointID);
        bool multicast = options.ForceMulticast || networks.Find(request.NetworkID) is { Multicast: true };
        bool first = multicast && multicastRoutes.Take(request.SandboxKey, request.EndpointID);
        InterfaceName name = new(EndpointNames.Guest(request.EndpointID), "", ContainerInterface);
        return new JoinAnswer("", name, "", "", first ? [MulticastRoute] : null, DisableGatewayService: false);
    }

    private void CreateVeth(string endpoint, string wantedMac, Ipv4Cidr? address)
    {
        string host = EndpointNames.Host(endpoint);
        string guest = EndpointNames.Guest(endpoint);
        Link bridge = links.Find(options.Bridge) ?? throw new PluginException($"bridge \"{options.Bridge}\" not present; did you launch weave?");
        VethSpec spec = new(host, guest)
        {
            MtuBytes = bridge.MtuBytes,
            Master = options.Bridge,
            PeerMac = MacAddress.TryParse(wantedMac, out MacAddress mac) ? mac : null,
            Alias = EndpointNames.Alias(endpoint, address),
        };
        try
        {
            links.CreateVeth(spec);
        }
        catch (KernelException failure)
        {
            string reason = failure.Errno == Errno.EEXIST ? "file exists" : failure.Message;
            throw new PluginException($"could not create veth pair {host}-{guest}: {reason}", failure);
        }

        try
        {
            Refuse(host);
            Refuse(guest);
            mark.Set(guest);
            if (!options.TransmitChecksum)
            {
                links.DisableTransmitChecksum(guest);
            }

            links.Change(host, new LinkChange { Up = true });
        }
        catch
        {
            links.Delete(host);
            throw;
        }
    }

    private void Refuse(string link)
    {
        (string key, string value) = InterfaceSettings.NoRouterAdvertisements(link);
        sysctls.Write(key, value);
    }

    /// <summary>
    /// Docker gives out the addresses of a network of local scope on each host by itself, and without a cluster store also
    /// those of one of global scope: the same one twice. Ours are unique.
    /// </summary>
    private void CheckSpace(string network, string space)
    {
        if (space is IpamDriver.LocalSpace or IpamDriver.GlobalSpace or NoAddresses or "")
        {
            return;
        }

        bool isDockers = space is "LocalDefault" or "GlobalDefault";
        if (options.Scope == NetworkDriverOptions.LocalScope && !isDockers)
        {
            // Somebody else's IPAM driver: it may well see to it that its addresses are unique.
            logger.ForeignAddresses(network, space, IpamDriver.Name);
            problems?.Raise("network", network, PluginNetworks.ForeignAddresses(network, space));
        }
        else if (options.Scope == NetworkDriverOptions.LocalScope)
        {
            throw new PluginException(
                "Docker would give out the addresses of this network, the same ones on each host. Let Weave Net give them out: add "
                + $"--ipam-driver={IpamDriver.Name} to docker network create, or to the network in the compose file the two lines "
                + $"\"ipam:\" and, indented below it, \"  driver: {IpamDriver.Name}\"");
        }
        else if (engine.WithoutStore)
        {
            throw new PluginException(
                "this Docker has no cluster store, so each host would give out the same addresses. Let Weave Net give them out, with the same "
                + $"subnet on every host: docker network create --driver={options.Name} --ipam-driver={IpamDriver.Name} --subnet=SUBNET NAME; "
                + "or use a swarm and the plugin weaveworks/net-plugin");
        }
    }
}
