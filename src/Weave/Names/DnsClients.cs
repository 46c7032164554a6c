using Weave.Api;
using Weave.Daemon;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>
/// Who may ask. A server on the address of a bridge is there for the containers behind the bridges of this host, and for
/// the host; Linux, however, takes packets for any of its addresses from any link, so another host that sets a route could
/// ask, too, and use us as a resolver. On an address that was chosen otherwise everybody may ask.
/// </summary>
/// <remarks>Safe from any thread. Asking it looks at nothing but memory: strangers ask as often as they like.</remarks>
internal sealed class DnsClients
{
    private const byte Loopback = 127;

    private readonly Ipv4Address _listen;
    private readonly HostAddresses? _host;
    private volatile Known _known = new([], null);

    /// <summary>Those of a server on <paramref name="listen"/>, which follow the addresses of the host.</summary>
    internal DnsClients(Ipv4Address listen, HostAddresses? host)
    {
        _listen = listen;
        _host = host;
    }

    internal static DnsClients Anyone { get; } = new(default, null);

    /// <summary>Whether the sender, an address of 4 bytes, may ask. Longer ones are of sockets where everybody may.</summary>
    internal bool MayAsk(ReadOnlySpan<byte> sender)
    {
        if (_host is null || sender.Length != Ipv4Address.Size || sender[0] == Loopback || Subnets(_host.Current) is not { } subnets)
        {
            return true;
        }

        Ipv4Address address = Ipv4Address.Read(sender);
        foreach (Ipv4Cidr subnet in subnets)
        {
            if (subnet.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Subnets whose members may ask; null for everybody. A bridge with the default route is the way to other hosts.</summary>
    private Ipv4Cidr[]? Subnets(IReadOnlyList<LocalAddress> host)
    {
        Known known = _known;
        if (!ReferenceEquals(known.From, host))
        {
            bool forContainers = host.Any(own => (own.OnBridge && own.Cidr.Address == _listen) || (own.Cidr == DnsFallback.Own && own.Cidr.Address == _listen));
            known = new Known(host, forContainers ? [.. host.Select(own => own is { OnBridge: true, Outward: false } ? own.Cidr : new Ipv4Cidr(own.Cidr.Address, 32))] : null);
            _known = known;
        }

        return known.Subnets;
    }

    private sealed record Known(IReadOnlyList<LocalAddress> From, Ipv4Cidr[]? Subnets);
}
