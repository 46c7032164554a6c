using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;
using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>Links over rtnetlink. Stateless: each call opens a socket in the namespace of its thread.</summary>
public sealed class Links : ILinks
{
    private const ushort RTM_NEWLINK = 16;
    private const ushort RTM_DELLINK = 17;
    private const ushort RTM_GETLINK = 18;
    private const ushort RTM_SETLINK = 19;
    private const ushort NLM_F_REQUEST = 1;
    private const ushort NLM_F_ACK = 4;
    private const ushort NLM_F_DUMP = 0x300;
    private const ushort NLM_F_EXCL = 0x200;
    private const ushort NLM_F_CREATE = 0x400;
    private const ushort Do = NLM_F_REQUEST | NLM_F_ACK;
    private const uint IFF_UP = 1;
    private const uint IFF_RUNNING = 0x40;
    private const byte AF_BRIDGE = 7;

    private const ushort IFLA_ADDRESS = 1;
    private const ushort IFLA_IFNAME = 3;
    private const ushort IFLA_MTU = 4;
    private const ushort IFLA_LINK = 5;
    private const ushort IFLA_MASTER = 10;
    private const ushort IFLA_PROTINFO = 12;
    private const ushort IFLA_TXQLEN = 13;
    private const ushort IFLA_LINKINFO = 18;
    private const ushort IFLA_IFALIAS = 20;
    private const ushort IFLA_NET_NS_FD = 28;
    private const ushort IFLA_LINK_NETNSID = 37;
    private const ushort IFLA_TARGET_NETNSID = 46;
    private const ushort IFLA_INFO_KIND = 1;
    private const ushort IFLA_INFO_DATA = 2;
    private const ushort IFLA_INFO_SLAVE_KIND = 4;
    private const ushort IFLA_INFO_SLAVE_DATA = 5;
    private const ushort VETH_INFO_PEER = 1;
    private const ushort IFLA_BRPORT_MODE = 4;

    private const ushort IFLA_VXLAN_LEARNING = 7;
    private const ushort IFLA_VXLAN_PORT_RANGE = 10;
    private const ushort IFLA_VXLAN_PORT = 15;
    private const ushort IFLA_VXLAN_UDP_CSUM = 18;
    private const ushort IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 20;
    private const ushort IFLA_VXLAN_COLLECT_METADATA = 25;

    private const nuint SIOCETHTOOL = 0x8946;
    private const uint ETHTOOL_STXCSUM = 0x17;

    public Link? Find(string name)
    {
        CheckName(name);
        Link? found = null;
        try
        {
            NetlinkSocket.Ask(
                $"look up link \"{name}\"",
                new NetlinkRequest(RTM_GETLINK, Do).LinkHeader(0).Add(IFLA_IFNAME, name),
                (type, body) => found = type == RTM_NEWLINK ? Parse(body) : found);
        }
        catch (KernelException absent) when (absent.Errno == Errno.ENODEV)
        {
            return null;
        }

        return found;
    }

    public Link? OtherEnd(Link link)
    {
        if (link.PeerNamespace is not { } space)
        {
            return null;
        }

        Link? found = null;
        try
        {
            NetlinkSocket.Ask(
                $"look up the other end of \"{link.Name}\"",
                new NetlinkRequest(RTM_GETLINK, Do).LinkHeader(link.PeerIndex).Add(IFLA_TARGET_NETNSID, space),
                (type, body) => found = type == RTM_NEWLINK ? Parse(body) : found);
        }
        catch (KernelException)
        {
            return null; // it is going, or the kernel does not tell (before 4.20)
        }

        return found;
    }

    public Link? At(int index)
    {
        Link? found = null;
        try
        {
            NetlinkSocket.Ask(
                $"look up link {index}",
                new NetlinkRequest(RTM_GETLINK, Do).LinkHeader(index),
                (type, body) => found = type == RTM_NEWLINK ? Parse(body) : found);
        }
        catch (KernelException absent) when (absent.Errno is Errno.ENODEV or Errno.EINVAL)
        {
            return null; // no index is 0 or less
        }

        return found;
    }

    public IReadOnlyList<Link> List(string kind = "")
    {
        NetlinkRequest request = new NetlinkRequest(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP).LinkHeader(0);
        if (kind.Length > 0)
        {
            request.AddNested(IFLA_LINKINFO, info => info.Add(IFLA_INFO_KIND, kind)); // one that it has not heard of is no filter
        }

        List<Link> links = NetlinkSocket.Dump<Link>(
            "list links",
            request,
            static (type, body, links) =>
            {
                if (type == RTM_NEWLINK)
                {
                    links.Add(Parse(body));
                }
            });
        links.RemoveAll(link => kind.Length > 0 && link.Kind != kind);
        links.Sort(static (a, b) => a.Index.CompareTo(b.Index));
        return links;
    }

    public void CreateBridge(string name) => Create($"create bridge \"{name}\"", name, "bridge", 0, null);

    public void CreateVeth(VethSpec spec)
    {
        CheckName(spec.PeerName);
        Create(
            $"create veth pair \"{spec.Name}\" and \"{spec.PeerName}\"",
            spec.Name,
            "veth",
            spec.MtuBytes,
            spec.Master,
            data => data.AddNested(VETH_INFO_PEER, peer =>
            {
                peer.LinkHeader(0).Add(IFLA_IFNAME, spec.PeerName);
                if (spec.MtuBytes > 0)
                {
                    peer.Add(IFLA_MTU, spec.MtuBytes);
                }

                if (spec.PeerMac is { } mac)
                {
                    peer.Add(IFLA_ADDRESS, mac);
                }
            }));
        if (spec.Alias.Length > 0)
        {
            SetAlias(spec.Name, spec.Alias);
        }

        if (spec.Master.Length > 0)
        {
            TrafficControl.Prepare(Require(spec.Name));
        }
    }

    /// <summary>The kernel does not read an alias when it makes a link, only when it changes one.</summary>
    private void SetAlias(string name, string alias)
    {
        try
        {
            NetlinkSocket.Execute($"describe link \"{name}\"", new NetlinkRequest(RTM_NEWLINK, Do).LinkHeader(Require(name).Index).Add(IFLA_IFALIAS, Encoding.UTF8.GetBytes(alias)));
        }
        catch
        {
            Delete(name);
            throw;
        }
    }

    public void CreateVxlan(VxlanSpec spec) => Create(
        $"create VXLAN device \"{spec.Name}\"",
        spec.Name,
        "vxlan",
        spec.MtuBytes,
        null,
        data =>
        {
            data.Add(IFLA_VXLAN_COLLECT_METADATA, (byte)1)
                .Add(IFLA_VXLAN_LEARNING, (byte)0)
                .Add(IFLA_VXLAN_UDP_CSUM, (byte)0)
                .AddBigEndian(IFLA_VXLAN_PORT, spec.Port);
            if (spec.AcceptZeroChecksum6)
            {
                data.Add(IFLA_VXLAN_UDP_ZERO_CSUM6_RX, (byte)1);
            }

            if (spec.HighestSourcePort > 0)
            {
                ushort low = spec.LowestSourcePort;
                ushort high = spec.HighestSourcePort;
                data.Add(IFLA_VXLAN_PORT_RANGE, [(byte)(low >> 8), (byte)low, (byte)(high >> 8), (byte)high]);
            }
        });

    public void Change(string name, LinkChange change)
    {
        Link link = Require(name);
        NetlinkRequest request = new(RTM_NEWLINK, Do);
        request.LinkHeader(link.Index, change.Up == true ? IFF_UP : 0, change.Up is null ? 0 : IFF_UP);
        if (change.MtuBytes is { } mtu)
        {
            request.Add(IFLA_MTU, mtu);
        }

        if (change.Mac is { } mac)
        {
            request.Add(IFLA_ADDRESS, mac);
        }

        if (change.Master is { } master)
        {
            request.Add(IFLA_MASTER, master.Length == 0 ? 0 : Require(master).Index);
        }

        if (change.TransmitQueueLength is { } length)
        {
            request.Add(IFLA_TXQLEN, length);
        }

        if (change.Alias is { } alias)
        {
            request.Add(IFLA_IFALIAS, Encoding.UTF8.GetBytes(alias));
        }

        if (change.Name is { } newName)
        {
            CheckName(newName);
            request.Add(IFLA_IFNAME, newName);
        }

        if (change.Namespace is { } target)
        {
            request.Add(IFLA_NET_NS_FD, (int)target.DangerousGetHandle());
        }

        NetlinkSocket.Execute($"change link \"{name}\"", request);
        GC.KeepAlive(change.Namespace);
        if (change.Hairpin is { } hairpin)
        {
            SetHairpin(link, hairpin);
        }

        if (change.Port is { } port)
        {
            SetPort(link, port);
        }
    }

    public bool Delete(string name)
    {
        if (Find(name) is not { } link)
        {
            return false;
        }

        try
        {
            NetlinkSocket.Execute($"delete link \"{name}\"", new NetlinkRequest(RTM_DELLINK, Do).LinkHeader(link.Index));
            return true;
        }
        catch (KernelException gone) when (gone.Errno == Errno.ENODEV)
        {
            return false; // somebody else was quicker
        }
    }

    public int RedirectedTo(string name) => TrafficControl.RedirectedTo(Require(name));

    public void Redirect(string from, string to) => TrafficControl.Redirect(Require(from), Require(to));

    /// <summary>struct ifreq: name (16) | pointer to struct ethtool_value: command (4) | data (4).</summary>
    public unsafe void DisableTransmitChecksum(string name)
    {
        CheckName(name);
        uint* value = stackalloc uint[2] { ETHTOOL_STXCSUM, 0 };
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request[16..], (ulong)value);
        using SafeFileHandle socket = NetlinkNative.Open(NetlinkNative.AF_INET, NetlinkNative.SOCK_DGRAM, 0);
        if (NetlinkNative.Control(socket, SIOCETHTOOL, request) < 0)
        {
            throw new KernelException($"turn off transmit checksums of \"{name}\"", Marshal.GetLastPInvokeError());
        }
    }

    private Link Require(string name) => Find(name) ?? throw new KernelException($"look up link \"{name}\"", Errno.ENODEV);

    private static void SetHairpin(Link link, bool hairpin) => NetlinkSocket.Execute(
        $"set hairpin mode of \"{link.Name}\"",
        new NetlinkRequest(RTM_SETLINK, Do)
            .LinkHeader(link.Index, family: AF_BRIDGE)
            .AddNested(IFLA_PROTINFO, port => port.Add(IFLA_BRPORT_MODE, hairpin ? (byte)1 : (byte)0)));

    private static void SetPort(Link link, BridgePortSettings settings) => NetlinkSocket.Execute(
        $"set how the bridge treats \"{link.Name}\"",
        new NetlinkRequest(RTM_SETLINK, Do)
            .LinkHeader(link.Index, family: AF_BRIDGE)
            .AddNested(IFLA_PROTINFO, settings.Write));

    private void Create(
        string attempt, string name, string kind, int mtuBytes, string? master, Action<NetlinkRequest>? data = null)
    {
        CheckName(name);
        NetlinkRequest request = new NetlinkRequest(RTM_NEWLINK, Do | NLM_F_CREATE | NLM_F_EXCL).LinkHeader(0).Add(IFLA_IFNAME, name);
        if (mtuBytes > 0)
        {
            request.Add(IFLA_MTU, mtuBytes);
        }

        if (!string.IsNullOrEmpty(master))
        {
            request.Add(IFLA_MASTER, Require(master).Index);
        }

        request.AddNested(IFLA_LINKINFO, info =>
        {
            info.Add(IFLA_INFO_KIND, kind);
            if (data is not null)
            {
                info.AddNested(IFLA_INFO_DATA, data);
            }
        });
        NetlinkSocket.Execute(attempt, request);
    }

    private static Link Parse(ReadOnlySpan<byte> body)
    {
        int index = BitConverter.ToInt32(body[4..]);
        uint flags = BitConverter.ToUInt32(body[8..]);
        bool up = (flags & IFF_UP) != 0;
        string name = "";
        string kind = "";
        MacAddress mac = default;
        int mtu = 0;
        int master = 0;
        int peer = 0;
        string alias = "";
        ushort tunnelPort = 0;
        BridgePortSettings? port = null;
        int? peerNamespace = null;
        NetlinkAttributes attributes = new(body[16..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case IFLA_ADDRESS when attributes.Value.Length == MacAddress.Size:
                    mac = MacAddress.Read(attributes.Value);
                    break;
                case IFLA_IFNAME:
                    name = attributes.Text;
                    break;
                case IFLA_MTU:
                    mtu = (int)attributes.Number;
                    break;
                case IFLA_LINK:
                    peer = (int)attributes.Number;
                    break;
                case IFLA_LINK_NETNSID:
                    peerNamespace = (int)attributes.Number;
                    break;
                case IFLA_MASTER:
                    master = (int)attributes.Number;
                    break;
                case IFLA_IFALIAS:
                    alias = attributes.Text;
                    break;
                case IFLA_LINKINFO:
                    (kind, tunnelPort, port) = ParseInformation(attributes.Value);
                    break;
            }
        }

        return new Link(index, name, kind, mac, mtu, up, master, peer) 
        {
            Alias = alias,
            Running = (flags & IFF_RUNNING) != 0,
            TunnelPort = tunnelPort,
            PeerNamespace = peerNamespace,
            Port = port,
        };
    }

    private static (string Kind, ushort TunnelPort, BridgePortSettings? Port) ParseInformation(ReadOnlySpan<byte> information)
    {
        string kind = "";
        string master = "";
        ReadOnlySpan<byte> data = default;
        BridgePortSettings? port = null;
        NetlinkAttributes attributes = new(information);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case IFLA_INFO_KIND:
                    kind = attributes.Text;
                    break;
                case IFLA_INFO_DATA:
                    data = attributes.Value;
                    break;
                case IFLA_INFO_SLAVE_KIND:
                    master = attributes.Text;
                    break;
                case IFLA_INFO_SLAVE_DATA when master == "bridge":
                    port = BridgePortSettings.Parse(attributes.Value);
                    break;
            }
        }

        return (kind, kind == "vxlan" ? ParseTunnelPort(data) : (ushort)0, port);
    }

    private static ushort ParseTunnelPort(ReadOnlySpan<byte> data)
    {
        NetlinkAttributes attributes = new(data);
        while (attributes.Next())
        {
            if (attributes.Type == IFLA_VXLAN_PORT && attributes.Value.Length == sizeof(ushort))
            {
                return BinaryPrimitives.ReadUInt16BigEndian(attributes.Value);
            }
        }

        return 0;
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > Link.LongestName)
        {
            throw new KernelException($"\"{name}\" cannot be the name of a link: 1 to {Link.LongestName} characters", Errno.EINVAL);
        }
    }
}
