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
    private const ushort IFA_ADDRESS = 1;
    private const ushort IFA_LOCAL = 2;

    public IReadOnlyList<Ipv4Cidr> List(string link)
    {
        int index = Require(link);
        List<Ipv4Cidr> addresses = [];
        NetlinkSocket.Ask($"list addresses of \"{link}\"", new NetlinkRequest(RTM_GETADDR, NLM_F_DUMP).Header(Header(0, 0)), (type, body) =>
        {
            if (type == RTM_NEWADDR && body[0] == NetlinkNative.AF_INET && BitConverter.ToInt32(body[4..]) == index
                && Parse(body) is { } address)
            {
                addresses.Add(address);
            }
        });
        return addresses;
    }

    public bool Add(string link, Ipv4Cidr address)
    {
        try
        {
            Execute($"add {address} to \"{link}\"", RTM_NEWADDR, Do | NLM_F_CREATE_EXCL, Require(link), address);
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

    private static void Execute(string attempt, ushort type, ushort flags, int index, Ipv4Cidr address) => NetlinkSocket.Execute(
        attempt,
        new NetlinkRequest(type, flags)
            .Header(Header(address.PrefixLength, index))
            .Add(IFA_LOCAL, address.Address)
            .Add(IFA_ADDRESS, address.Address));

    /// <summary>struct ifaddrmsg: family (1) | prefix length (1) | flags (1) | scope (1) | link (4).</summary>
    private static byte[] Header(int prefixLength, int index)
    {
        byte[] header = new byte[8];
        header[0] = NetlinkNative.AF_INET;
        header[1] = (byte)prefixLength;
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
