using Weave.Linux.Interop;
using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>Routes and neighbours over rtnetlink.</summary>
public sealed class Routes(ILinks links) : IRoutes
{
    private const ushort RTM_NEWROUTE = 24;
    private const ushort RTM_DELROUTE = 25;
    private const ushort RTM_GETROUTE = 26;
    private const ushort RTM_NEWNEIGH = 28;
    private const ushort RTM_DELNEIGH = 29;
    private const ushort Do = 5;
    private const ushort NLM_F_DUMP = 0x301;
    private const ushort NLM_F_CREATE_EXCL = 0x600;
    private const ushort NLM_F_CREATE_REPLACE = 0x500;
    private const byte RT_TABLE_LOCAL = 255;
    private const byte RTPROT_KERNEL = 2;
    private const byte RTPROT_BOOT = 3;
    private const byte RT_SCOPE_UNIVERSE = 0;
    private const byte RT_SCOPE_LINK = 253;
    private const byte RT_SCOPE_NOWHERE = 255;
    private const byte RTN_UNICAST = 1;
    private const ushort RTA_DST = 1;
    private const ushort RTA_OIF = 4;
    private const ushort RTA_GATEWAY = 5;
    private const ushort RTA_PREFSRC = 7;
    private const ushort RTA_TABLE = 15;
    private const ushort NDA_DST = 1;
    private const ushort NDA_LLADDR = 2;
    private const ushort NUD_PERMANENT = 0x80;

    public IReadOnlyList<Route> List() => NetlinkSocket.Dump<Route>(
        "list routes",
        new NetlinkRequest(RTM_GETROUTE, NLM_F_DUMP).Header(Header(0, 0, 0, 0)),
        static (type, body, routes) =>
        {
            if (type == RTM_NEWROUTE && body[0] == NetlinkNative.AF_INET && body[7] == RTN_UNICAST && body[4] != RT_TABLE_LOCAL)
            {
                routes.Add(Parse(body));
            }
        });

    public void Add(string link, Ipv4Cidr destination, Ipv4Address? gateway = null)
    {
        NetlinkRequest request = new(RTM_NEWROUTE, Do | NLM_F_CREATE_EXCL);
        request.Header(Header(destination.PrefixLength, Route.MainTable, RTPROT_BOOT, gateway is null ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE))
            .Add(RTA_DST, destination.Network)
            .Add(RTA_OIF, Require(link));
        if (gateway is { } address)
        {
            request.Add(RTA_GATEWAY, address);
        }

        try
        {
            NetlinkSocket.Execute($"add route to {destination} through \"{link}\"", request);
        }
        catch (KernelException there) when (there.Errno == Errno.EEXIST)
        {
            // Wanted, and there already.
        }
    }

    public void AddConnected(string link, Ipv4Cidr address) => NetlinkSocket.Execute(
        $"add route to {address} through \"{link}\"",
        new NetlinkRequest(RTM_NEWROUTE, Do | NLM_F_CREATE_REPLACE)
            .Header(Header(address.PrefixLength, Route.MainTable, RTPROT_KERNEL, RT_SCOPE_LINK))
            .Add(RTA_DST, address.Network)
            .Add(RTA_PREFSRC, address.Address)
            .Add(RTA_OIF, Require(link)));

    public void Remove(Route route)
    {
        NetlinkRequest request = new(RTM_DELROUTE, Do);
        request.Header(Header(route.Destination.PrefixLength, (byte)route.Table, 0, RT_SCOPE_NOWHERE))
            .Add(RTA_TABLE, route.Table)
            .Add(RTA_DST, route.Destination.Network)
            .Add(RTA_OIF, route.LinkIndex);
        try
        {
            NetlinkSocket.Execute($"remove route to {route.Destination}", request);
        }
        catch (KernelException absent) when (absent.Errno == Errno.ESRCH)
        {
            // Not wanted, and not there.
        }
    }

    public Route? Lookup(Ipv4Address destination)
    {
        Route? found = null;
        try
        {
            NetlinkSocket.Ask(
                $"look up route to {destination}",
                new NetlinkRequest(RTM_GETROUTE, Do).Header(Header(32, 0, 0, 0)).Add(RTA_DST, destination),
                (type, body) => found = type == RTM_NEWROUTE ? Parse(body) : found);
        }
        catch (KernelException none) when (none.Errno is Errno.ENETUNREACH or Errno.EHOSTUNREACH)
        {
            return null;
        }

        return found;
    }

    public void SetNeighbour(string link, Ipv4Address address, MacAddress mac) => NetlinkSocket.Execute(
        $"set neighbour {address} on \"{link}\"",
        new NetlinkRequest(RTM_NEWNEIGH, Do | NLM_F_CREATE_REPLACE)
            .Header(NeighbourHeader(Require(link), NUD_PERMANENT))
            .Add(NDA_DST, address)
            .Add(NDA_LLADDR, mac));

    public void RemoveNeighbour(string link, Ipv4Address address)
    {
        try
        {
            NetlinkSocket.Execute(
                $"remove neighbour {address} from \"{link}\"",
                new NetlinkRequest(RTM_DELNEIGH, Do).Header(NeighbourHeader(Require(link), 0)).Add(NDA_DST, address));
        }
        catch (KernelException absent) when (absent.Errno == Errno.ENOENT)
        {
            // Not wanted, and not there.
        }
    }

    /// <summary>struct rtmsg: family | destination length | source length | tos | table | protocol | scope | type | flags (4).</summary>
    private static byte[] Header(int prefixLength, byte table, byte protocol, byte scope) =>
        [NetlinkNative.AF_INET, (byte)prefixLength, 0, 0, table, protocol, scope, RTN_UNICAST, 0, 0, 0, 0];

    /// <summary>struct ndmsg: family (1) | pad (3) | link (4) | state (2) | flags (1) | type (1).</summary>
    private static byte[] NeighbourHeader(int index, ushort state)
    {
        byte[] header = new byte[12];
        header[0] = NetlinkNative.AF_INET;
        BitConverter.TryWriteBytes(header.AsSpan(4), index);
        BitConverter.TryWriteBytes(header.AsSpan(8), state);
        return header;
    }

    private static Route Parse(ReadOnlySpan<byte> body)
    {
        Ipv4Address destination = default;
        Ipv4Address? gateway = null;
        int link = 0;
        int table = body[4];
        NetlinkAttributes attributes = new(body[12..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case RTA_DST when attributes.Value.Length == Ipv4Address.Size:
                    destination = Ipv4Address.Read(attributes.Value);
                    break;
                case RTA_GATEWAY when attributes.Value.Length == Ipv4Address.Size:
                    gateway = Ipv4Address.Read(attributes.Value);
                    break;
                case RTA_OIF:
                    link = (int)attributes.Number;
                    break;
                case RTA_TABLE:
                    table = (int)attributes.Number;
                    break;
            }
        }

        return new Route(new Ipv4Cidr(destination, body[1]), gateway, link, body[5] == RTPROT_KERNEL, table);
    }

    private int Require(string link) =>
        links.Find(link)?.Index ?? throw new KernelException($"look up link \"{link}\"", Errno.ENODEV);
}
