using Microsoft.Extensions.Logging;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>Which endpoint on this host uses which address. Filled from the links that are there, so a restart forgets nothing.</summary>
/// <remarks>
/// An earlier router may have made a pair that Docker has not taken into its container yet. Whether it still will nobody
/// can tell: it may have given the endpoint up and told the guard. So such a pair is kept for a while, but its address,
/// and its own name, go to whoever asks for them.
/// </remarks>
internal sealed class EndpointTable
{
    private readonly Lock _gate = new();
    private readonly ILinks _links;
    private readonly EndpointMark _mark;
    private readonly ILogger _logger;
    private readonly Dictionary<Ipv4Address, string> _byAddress = [];
    private readonly Dictionary<string, Ipv4Address> _byEndpoint = new(StringComparer.Ordinal);

    /// <summary>Pairs of an earlier router that waited for Docker when we started, by the names of both ends.</summary>
    private readonly Dictionary<string, string> _waiting = new(StringComparer.Ordinal);

    internal EndpointTable(ILinks links, EndpointMark mark, ILogger<EndpointTable> logger)
    {
        _links = links;
        _mark = mark;
        _logger = logger;
        IReadOnlyList<Link> all = links.List();
        HashSet<string> onHost = [.. all.Select(link => link.Name)];
        foreach (Link link in all)
        {
            if (EndpointNames.GuestOf(link.Name) is { } guest && onHost.Contains(guest))
            {
                if (mark.IsSet(guest))
                {
                    _waiting[link.Name] = guest;
                }
                else if (links.Find(guest) is not null)
                {
                    // Its container ended while we were away, and Docker gave the other end back and told the guard
                    // instead of us.
                    links.Delete(link.Name);
                    continue;
                }

                // Otherwise Docker has taken it into its container since the list was made.
            }

            if (EndpointNames.TryParseAlias(link.Alias, out Ipv4Cidr address, out string endpoint))
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

    /// <summary>The endpoint that uses <paramref name="address"/>; null when none does, or one that Docker may have given up.</summary>
    internal string? UserOf(Ipv4Address address)
    {
        lock (_gate)
        {
            return _byAddress.GetValueOrDefault(address) is { } user && !StillWaits(EndpointNames.Host(user)) ? user : null;
        }
    }

    /// <summary>Takes the address, then does <paramref name="create"/>; if that throws, the address is free again.</summary>
    /// <exception cref="PluginException">Another endpoint uses the address.</exception>
    internal void Add(string endpoint, Ipv4Cidr? address, Action create)
    {
        GiveUp(EndpointNames.Host(endpoint)); // Docker asks again for what it got no answer to
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

    /// <summary>Docker comes for it.</summary>
    internal void Joined(string endpoint)
    {
        lock (_gate)
        {
            _waiting.Remove(EndpointNames.Host(endpoint));
        }
    }

    /// <summary>Deletes the pairs that Docker has not come for.</summary>
    internal void GiveUpWaiting()
    {
        foreach (string host in WaitingLinks())
        {
            GiveUp(host);
        }
    }

    internal void Remove(string endpoint)
    {
        lock (_gate)
        {
            _waiting.Remove(EndpointNames.Host(endpoint));
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
            if (_byAddress.TryGetValue(address, out string? former))
            {
                GiveUp(EndpointNames.Host(former));
            }

            if (_byAddress.TryGetValue(address, out string? user))
            {
                return user == endpoint ? false : throw InUse(address, user);
            }

            _byAddress[address] = endpoint;
            _byEndpoint[endpoint] = address;
            return true;
        }
    }

    private string[] WaitingLinks()
    {
        lock (_gate)
        {
            return [.. _waiting.Keys.Order(StringComparer.Ordinal)];
        }
    }

    private bool StillWaits(string host) => _waiting.TryGetValue(host, out string? guest) && _mark.IsSet(guest);

    /// <summary>Deletes the pair if it still waits, and forgets whose it was; otherwise nothing.</summary>
    private void GiveUp(string host)
    {
        lock (_gate)
        {
            bool waits = StillWaits(host);
            _waiting.Remove(host);
            if (!waits)
            {
                return;
            }

            foreach (string endpoint in _byEndpoint.Keys.Where(endpoint => EndpointNames.Host(endpoint) == host).ToList())
            {
                Remove(endpoint);
            }

            try
            {
                _links.Delete(host);
                _logger.EndpointGivenUp(host);
            }
            catch (KernelException failure)
            {
                _logger.EndpointNotDeleted(host, failure.Message);
            }
        }
    }

    internal static PluginException InUse(Ipv4Address address, string endpoint) =>
        new($"address {address} is in use by another container of this host (endpoint {endpoint[..Math.Min(12, endpoint.Length)]})");
}
