using System.Net;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>
/// Who may ask. A server on the address of a bridge is there for the containers behind the bridges of this host, and for
/// the host; Linux, however, takes packets for any of its addresses from any link, so another host that sets a route could
/// ask, too, and use us as a resolver. On an address that was chosen otherwise everybody may ask.
/// </summary>
/// <remarks>Not thread-safe where it refreshes; a race costs a second look and nothing else.</remarks>
internal sealed class DnsClients
{
    /// <summary>Bridges come with Docker networks: who is unknown is looked for again, but not more often than this.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private const byte Loopback = 127;

    private readonly Func<Ipv4Cidr[]>? _look;
    private readonly TimeProvider _time;
    private Ipv4Cidr[] _known = [];
    private long _looked;

    /// <param name="look">Subnets whose members may ask; null for everybody.</param>
    /// <param name="time">For how often to look.</param>
    internal DnsClients(Func<Ipv4Cidr[]>? look, TimeProvider time)
    {
        _look = look;
        _time = time;
        _known = look?.Invoke() ?? [];
        _looked = time.GetTimestamp();
    }

    internal static DnsClients Anyone { get; } = new(null, TimeProvider.System);

    /// <summary>Those of a server on <paramref name="listen"/>.</summary>
    internal static DnsClients Of(IPAddress listen, ILinks links, TimeProvider time)
    {
        Addresses addresses = new(links);
        bool onBridge = Ipv4Address.TryParse(listen.ToString(), out Ipv4Address own)
            && links.List().Any(link => link.Kind == "bridge" && addresses.List(link.Name).Any(subnet => subnet.Address == own));
        return onBridge ? new DnsClients(() => Local(links, addresses), time) : Anyone;
    }

    /// <summary>Whether the sender, an address of 4 bytes, may ask. Longer ones are of sockets where everybody may.</summary>
    internal bool MayAsk(ReadOnlySpan<byte> sender)
    {
        if (_look is null || sender.Length != Ipv4Address.Size || sender[0] == Loopback)
        {
            return true;
        }

        Ipv4Address address = Ipv4Address.Read(sender);
        if (Knows(address))
        {
            return true;
        }

        if (_time.GetElapsedTime(_looked) < LookEvery)
        {
            return false;
        }

        _looked = _time.GetTimestamp();
        _known = _look();
        return Knows(address);
    }

    private bool Knows(Ipv4Address address)
    {
        foreach (Ipv4Cidr subnet in _known)
        {
            if (subnet.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Subnets of bridges, and the host's own addresses. A bridge with the default route is the way to other hosts.</summary>
    private static Ipv4Cidr[] Local(ILinks links, Addresses addresses)
    {
        HashSet<int> outward = [.. new Routes(links).List().Where(route => route.Destination.PrefixLength == 0).Select(route => route.LinkIndex)];
        List<Ipv4Cidr> subnets = [];
        foreach (Link link in links.List())
        {
            try
            {
                bool containers = link.Kind == "bridge" && !outward.Contains(link.Index);
                subnets.AddRange(addresses.List(link.Name).Select(subnet => containers ? subnet : new Ipv4Cidr(subnet.Address, 32)));
            }
            catch (KernelException)
            {
                // The link went away meanwhile.
            }
        }

        return [.. subnets];
    }
}
