using Weave.Linux.Interop;
using Weave.Linux.Netlink;

namespace Weave.Linux.Bridge;

/// <summary>What is left to do until the bridge is as wanted. Planning again after applying yields only settings.</summary>
/// <param name="Name">The bridge.</param>
/// <param name="Steps">In order.</param>
public sealed record BridgePlan(string Name, IReadOnlyList<BridgeStep> Steps)
{
    /// <param name="wanted">The goal.</param>
    /// <param name="found">The link of that name; null when there is none.</param>
    /// <exception cref="KernelException">The link is something else than a bridge.</exception>
    public static BridgePlan From(BridgeSpec wanted, Link? found)
    {
        if (found is not null && found.Kind != "bridge")
        {
            throw new KernelException(
                $"\"{wanted.Name}\" exists and is not a bridge but {(found.Kind.Length == 0 ? "a plain device" : found.Kind)}. Please do 'weave reset' and try again");
        }

        List<BridgeStep> steps = [];
        if (found is null)
        {
            steps.Add(new BridgeStep.Create());
        }

        if (found?.Mac != wanted.Mac || found.MtuBytes != wanted.MtuBytes)
        {
            steps.Add(new BridgeStep.Change(new LinkChange { Mac = wanted.Mac, MtuBytes = wanted.MtuBytes }));
        }

        (string advertisements, string refused) = InterfaceSettings.NoRouterAdvertisements(wanted.Name);
        steps.Add(new BridgeStep.Set(advertisements, refused, Required: false));
        if (found is not { Up: true })
        {
            steps.Add(new BridgeStep.Change(new LinkChange { Up = true }));
        }

        steps.AddRange(InterfaceSettings.NeighbourCache(wanted.Name).Select(setting => new BridgeStep.Set(setting.Key, setting.Value, Required: true)));
        if (wanted.AwsVpc)
        {
            // Asked at once, not after a random delay in a bounded queue.
            steps.Add(new BridgeStep.Set($"net/ipv4/conf/{wanted.Name}/proxy_arp", "1", Required: true));
            steps.Add(new BridgeStep.Set($"net/ipv4/neigh/{wanted.Name}/proxy_delay", "0", Required: true));
        }

        return new BridgePlan(wanted.Name, steps);
    }
}
