using System.Net;
using Weave.Api;
using Weave.Daemon;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>
/// Where names are served: at a fixed address, or at that of a link, which follows the host. <c>docker0:53</c> is what
/// launch asks for: dockerd may give its bridge another address while we run, and on some hosts it has no bridge at all.
/// </summary>
/// <param name="Link">The link to follow; empty for a fixed address.</param>
/// <param name="Fixed">The fixed address; else its port only counts.</param>
/// <remarks>docs/adr/0096-dns-follows-the-host.md.</remarks>
internal sealed record DnsPlace(string Link, IPEndPoint Fixed)
{
    /// <exception cref="OptionException">It cannot be understood.</exception>
    internal static DnsPlace Parse(string text)
    {
        string address = text.StartsWith(':') ? "0.0.0.0" + text : text;
        if (address.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(address, out IPEndPoint? listen))
        {
            return new DnsPlace("", listen);
        }

        return HostPort.TryParse(text, out HostPort place) && place.Host.Length is > 0 and <= Linux.Netlink.Link.LongestName
            ? new DnsPlace(place.Host, new IPEndPoint(IPAddress.Any, place.Port))
            : throw new OptionException($"invalid DNS listen address \"{text}\"");
    }

    /// <summary>The best place among the addresses of the host; null when only <see cref="DnsFallback.Own"/> is left.</summary>
    internal IPEndPoint? Among(IReadOnlyList<LocalAddress> host) =>
        Link.Length == 0 ? Fixed
        : (host.FirstOrDefault(own => own.Link == Link) ?? host.FirstOrDefault(own => own.Link == DnsFallback.GatewayBridge)) is { } found ? At(found.Cidr)
        : null;

    internal IPEndPoint At(Ipv4Cidr address) => new(IPAddress.Parse(address.Address.ToString()), Fixed.Port);
}
