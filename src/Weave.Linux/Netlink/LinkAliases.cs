using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>Second names of links, by which programs find them as by the first.</summary>
public static class LinkAliases
{
    private const ushort RTM_NEWLINKPROP = 108;
    private const ushort RTM_DELLINKPROP = 109;
    private const ushort NLM_F_REQUEST = 1;
    private const ushort NLM_F_ACK = 4;
    private const ushort IFLA_PROP_LIST = 52;
    private const ushort IFLA_ALT_IFNAME = 53;
    private const int ENOENT = 2;
    private const int EINVAL = 22;
    private const int EEXIST = 17;
    private const int EOPNOTSUPP = 95;

    /// <summary>Gives a link another name beside its own. One that it has already changes nothing.</summary>
    /// <returns>False when the kernel has no such names (before 5.5), or another link has this one.</returns>
    /// <exception cref="KernelException">There is no such link, or the kernel refuses.</exception>
    public static bool Add(int index, string name)
    {
        try
        {
            NetlinkSocket.Execute(
                $"name link {index} \"{name}\" too",
                new NetlinkRequest(RTM_NEWLINKPROP, NLM_F_REQUEST | NLM_F_ACK).LinkHeader(index).AddNested(IFLA_PROP_LIST, list => list.Add(IFLA_ALT_IFNAME, name)));
            return true;
        }
        catch (KernelException refused) when (refused.Errno is EEXIST or EOPNOTSUPP)
        {
            return new Links().Find(name)?.Index == index;
        }
    }

    /// <summary>Takes another name away. One that it does not have changes nothing.</summary>
    /// <exception cref="KernelException">There is no such link, or the kernel refuses.</exception>
    public static void Remove(int index, string name)
    {
        try
        {
            NetlinkSocket.Execute(
                $"name link {index} \"{name}\" no more",
                new NetlinkRequest(RTM_DELLINKPROP, NLM_F_REQUEST | NLM_F_ACK).LinkHeader(index).AddNested(IFLA_PROP_LIST, list => list.Add(IFLA_ALT_IFNAME, name)));
        }
        catch (KernelException refused) when (refused.Errno is ENOENT or EINVAL or EOPNOTSUPP)
        {
            // It has no such name, or the kernel knows of none.
        }
    }
}
