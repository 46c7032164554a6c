using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>The two names of a link: programs find it by either, rules of iptables by the first only.</summary>
public static class LinkNames
{
    /// <summary>Gives a link both names. One that has them already is left alone.</summary>
    /// <param name="links">Where it is.</param>
    /// <param name="link">The link.</param>
    /// <param name="first">Its name.</param>
    /// <param name="second">By which it is found too, on kernels that have such names (from 5.5); empty for none.</param>
    /// <returns>False when it has no second name: the kernel has none, or another link has this one.</returns>
    /// <exception cref="KernelException">There is no such link, another has the first name, or the kernel refuses.</exception>
    public static bool Set(ILinks links, Link link, string first, string second)
    {
        if (link.Name != first)
        {
            Rename(links, link, first);
        }

        return second.Length == 0 || LinkAliases.Add(link.Index, second);
    }

    private static void Rename(ILinks links, Link link, string first)
    {
        LinkAliases.Remove(link.Index, first); // a name is given once, be it as a second one
        try
        {
            links.Change(link.Name, new LinkChange { Name = first });
        }
        catch (KernelException busy) when (busy.Errno == Errno.EBUSY)
        {
            // Before Linux 6.2 a link must be down to be renamed.
            links.Change(link.Name, new LinkChange { Up = false });
            links.Change(link.Name, new LinkChange { Name = first });
            links.Change(first, new LinkChange { Up = true });
        }
    }
}
