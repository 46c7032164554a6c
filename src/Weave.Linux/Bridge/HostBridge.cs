using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>Brings the bridge into being, or adopts the one that is there with its ports and addresses.</summary>
public sealed class HostBridge(ILinks links, ISysctls sysctls, IAddresses addresses, IRoutes routes, IArpAnnouncer announcer)
{
    /// <summary>Makes the bridge as wanted. Doing it again changes nothing.</summary>
    /// <exception cref="KernelException">The kernel refused, or the name belongs to something else.</exception>
    public void Ensure(BridgeSpec wanted) => Apply(BridgePlan.From(wanted, links.Find(wanted.Name)));

    /// <summary>Gives the host an address on the bridge, and tells the network.</summary>
    /// <param name="bridge">Usually <c>weave</c>.</param>
    /// <param name="address">With the prefix length of its subnet.</param>
    /// <param name="withoutRoute">Remove the route that the kernel makes for it: in AWS VPC mode others lead there.</param>
    /// <exception cref="KernelException">The kernel refused, or there is no such bridge.</exception>
    public void AddAddress(string bridge, Ipv4Cidr address, bool withoutRoute)
    {
        addresses.Add(bridge, address);
        Link link = links.Find(bridge) ?? throw new KernelException($"look up link \"{bridge}\"", Errno.ENODEV);
        announcer.Announce(link, address.Address);
        foreach (Route route in withoutRoute ? routes.List() : [])
        {
            if (route.FromKernel && route.LinkIndex == link.Index && route.Destination.Network == address.Network)
            {
                routes.Remove(route);
            }
        }
    }

    /// <summary>Takes an address of the host away.</summary>
    /// <returns>It was there.</returns>
    /// <exception cref="KernelException">The kernel refused, or there is no such bridge.</exception>
    public bool RemoveAddress(string bridge, Ipv4Cidr address) => addresses.Remove(bridge, address);

    private void Apply(BridgePlan plan)
    {
        foreach (BridgeStep step in plan.Steps)
        {
            switch (step)
            {
                case BridgeStep.Create:
                    links.CreateBridge(plan.Name);
                    break;
                case BridgeStep.Change change:
                    links.Change(plan.Name, change.What);
                    break;
                case BridgeStep.Set set when !sysctls.Write(set.Key, set.Value) && set.Required:
                    throw new KernelException($"set {set.Key} to {set.Value}", Errno.ENOENT);
            }
        }
    }
}
