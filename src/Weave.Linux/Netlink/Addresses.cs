using Weave.Linux.Interop;
using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>Addresses over rtnetlink.</summary>
public sealed class Addresses(ILinks links) : IAddresses
{
    private const ushort RTM_NEWADDR = 20;
    private const ushort RTM_DELADDR = 21;
    private const ushort RTM_GETADDR = 22;
    private const ushort Do = 5;
    private const ushort NLM_F_DUMP = 0x301;
    private const ushort NLM_F_CREATE_EXCL = 0x600;
    private const byte RT_SCOPE_HOST = 254;
    private const ushort IFA_ADDRESS = 1;
    private const ushort IFA_LOCAL = 2;

    public IReadOnlyList<Ipv4Cidr> List(string link)
    {
        int index = Require(link);
        return [.. Dump($"list addresses of \"{link}\"", index).Where(found => found.LinkIndex == index).Select(found => found.Cidr)];
    }

    public IReadOnlyList<LinkAddress> List() => Dump("list addresses", 0);

    public bool Add(string link, Ipv4Cidr address, bool hostOnly = false)
    {
        try
        {
            Execute($"add {address} to \"{link}\"", RTM_NEWADDR, Do | NLM_F_CREATE_EXCL, Require(link), address, hostOnly ? RT_SCOPE_HOST : (byte)0);
            return true;
        }
        catch (KernelException there) when (there.Errno == Errno.EEXIST)
        {
            return false;
        }
    }

    public bool Remove(string link, Ipv4Cidr address)
    {
        try
        {
            Execute($"remove {address} from \"{link}\"", RTM_DELADDR, Do, Require(link), address);
            return true;
        }
        catch (KernelException absent) when (absent.Errno == Errno.EADDRNOTAVAIL)
        {
            return false;
        }
    }

    /// <summary>A kernel before 5.0 does not choose: those of all links come.</summary>
    private static List<LinkAddress> Dump(string attempt, int index) => NetlinkSocket.Dump<LinkAddress>(
        attempt,
        new NetlinkRequest(RTM_GETADDR, NLM_F_DUMP).Header(Header(0, index)),
        static (type, body, addresses) =>
        {
            if (type == RTM_NEWADDR && body[0] == NetlinkNative.AF_INET && Parse(body) is { } address)
            {
                addresses.Add(new LinkAddress(BitConverter.ToInt32(body[4..]), address));
            }
        },
        strict: index != 0);

    private static void Execute(string attempt, ushort type, ushort flags, int index, Ipv4Cidr address, byte scope = 0) => NetlinkSocket.Execute(
        attempt,
        new NetlinkRequest(type, flags)
            .Header(Header(address.PrefixLength, index, scope))
            .Add(IFA_LOCAL, address.Address)
            .Add(IFA_ADDRESS, address.Address));

    /// <summary>struct ifaddrmsg: family (1) | prefix length (1) | flags (1) | scope (1) | link (4).</summary>
    private static byte[] Header(int prefixLength, int index, byte scope = 0)
    {
        byte[] header = new byte[8];
        header[0] = NetlinkNative.AF_INET;
        header[1] = (byte)prefixLength;
        header[3] = scope;
        BitConverter.TryWriteBytes(header.AsSpan(4), index);
        return header;
    }

    private static Ipv4Cidr? Parse(ReadOnlySpan<byte> body)
    {
        NetlinkAttributes attributes = new(body[8..]);
        while (attributes.Next())
        {
            if (attributes.Type == IFA_LOCAL && attributes.Value.Length == Ipv4Address.Size)
            {
                return new Ipv4Cidr(Ipv4Address.Read(attributes.Value), body[1]);
            }
        }

        return null;
    }

    private int Require(string link) =>
        links.Find(link)?.Index ?? throw new KernelException($"look up link \"{link}\"", Errno.ENODEV);
}
