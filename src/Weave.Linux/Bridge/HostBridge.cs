using Weave.Linux.Interop;
using Weave.Linux.Netlink;

namespace Weave.Linux.Bridge;

/// <summary>Brings the bridge into being, or adopts the one that is there with its ports and addresses.</summary>
public sealed class HostBridge(ILinks links, ISysctls sysctls)
{
    /// <summary>Makes the bridge as wanted. Doing it again changes nothing.</summary>
    /// <exception cref="KernelException">The kernel refused, or the name belongs to something else.</exception>
    public void Ensure(BridgeSpec wanted) => Apply(BridgePlan.From(wanted, links.Find(wanted.Name)));

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
