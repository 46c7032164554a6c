using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>Which endpoint on this host uses which address. Filled from the links that are there, so a restart forgets nothing.</summary>
internal sealed class EndpointTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Ipv4Address, string> _byAddress = [];
    private readonly Dictionary<string, Ipv4Address> _byEndpoint = new(StringComparer.Ordinal);

    internal EndpointTable(ILinks links)
    {
        IReadOnlyList<Link> all = links.List();
        HashSet<string> onHost = [.. all.Select(link => link.Name)];
        foreach (Link link in all)
        {
            if (EndpointNames.GuestOf(link.Name) is { } guest && onHost.Contains(guest))
            {
                // Its container ended while we were away, and Docker gave the other end back and told the guard instead of
                // us; or we ended before Docker had it.
                links.Delete(link.Name);
            }
            else if (EndpointNames.TryParseAlias(link.Alias, out Ipv4Cidr address, out string endpoint))
            {
                _byAddress[address.Address] = endpoint;
                _byEndpoint[endpoint] = address.Address;
            }
        }
    }

    /// <summary>Addresses in use by endpoints.</summary>
    internal IReadOnlySet<Ipv4Address> Addresses
    {
        get
        {
            lock (_gate)
            {
                return _byAddress.Keys.ToHashSet();
            }
        }
    }

    /// <summary>The endpoint that uses <paramref name="address"/>; null when none does.</summary>
    internal string? UserOf(Ipv4Address address)
    {
        lock (_gate)
        {
            return _byAddress.GetValueOrDefault(address);
        }
    }

    /// <summary>Takes the address, then does <paramref name="create"/>; if that throws, the address is free again.</summary>
    /// <exception cref="PluginException">Another endpoint uses the address.</exception>
    internal void Add(string endpoint, Ipv4Cidr? address, Action create)
    {
        bool added = address is { } cidr && Take(endpoint, cidr.Address);
        try
        {
            create();
        }
        catch when (added)
        {
            Remove(endpoint);
            throw;
        }
    }

    internal void Remove(string endpoint)
    {
        lock (_gate)
        {
            if (_byEndpoint.Remove(endpoint, out Ipv4Address address) && _byAddress.GetValueOrDefault(address) == endpoint)
            {
                _byAddress.Remove(address);
            }
        }
    }

    /// <returns>False when this very endpoint had it.</returns>
    private bool Take(string endpoint, Ipv4Address address)
    {
        lock (_gate)
        {
            if (_byAddress.TryGetValue(address, out string? user))
            {
                return user == endpoint ? false : throw InUse(address, user);
            }

            _byAddress[address] = endpoint;
            _byEndpoint[endpoint] = address;
            return true;
        }
    }

    internal static PluginException InUse(Ipv4Address address, string endpoint) =>
        new($"address {address} is in use by another container of this host (endpoint {endpoint[..Math.Min(12, endpoint.Length)]})");
}
