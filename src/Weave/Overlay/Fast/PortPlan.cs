using Weave.Linux.Netlink;

namespace Weave.Overlay.Fast;

/// <summary>At which links the program that skips the bridge is to be put, and from which it is to be taken.</summary>
/// <param name="Attach">Container ports that may skip the bridge and do not yet.</param>
/// <param name="Detach">Links by index that carry the program and may not: a port that has left the bridge, or is to pass there.</param>
internal sealed record PortPlan(IReadOnlyList<Link> Attach, IReadOnlySet<int> Detach)
{
    /// <param name="links">All links of the host.</param>
    /// <param name="bridge">Index of the bridge; 0 when there is none.</param>
    /// <param name="skip">Whether a container's port may skip the bridge.</param>
    /// <param name="mayCarry">Whether a link can carry the program at all, being one that was a port once.</param>
    /// <param name="attached">Whether a link carries the program; asked of wanted ports and of those that may carry it.</param>
    internal static PortPlan From(IReadOnlyList<Link> links, int bridge, Func<Link, bool> skip, Func<int, bool> mayCarry, Func<int, bool> attached)
    {
        List<Link> attach = [];
        HashSet<int> detach = [];
        Dictionary<int, Link> byIndex = links.ToDictionary(link => link.Index);
        foreach (Link link in links.Where(link => link.Kind == "veth"))
        {
            bool wanted = bridge != 0 && link.MasterIndex == bridge && !IsPeerHere(link, byIndex) && skip(link);
            if ((!wanted && !mayCarry(link.Index)) || wanted == attached(link.Index))
            {
                continue;
            }

            if (wanted)
            {
                attach.Add(link);
            }
            else
            {
                detach.Add(link.Index);
            }
        }

        return new PortPlan(attach, detach);
    }

    /// <summary>A frame can be put straight into another namespace only. The other end may be on its way there.</summary>
    private static bool IsPeerHere(Link port, Dictionary<int, Link> links) =>
        links.TryGetValue(port.PeerIndex, out Link? other) && other.PeerIndex == port.Index && other.Kind == "veth";
}
