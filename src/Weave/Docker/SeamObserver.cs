using Weave.Ipam;
using Weave.Names;

namespace Weave.Docker;

/// <summary>Passes what happens to containers on to the allocator and the name database.</summary>
internal sealed class SeamObserver(IAddressAllocation? allocation, IIpamControl? addresses, INameRegistry? names) : IContainerObserver
{
    public void OnContainerStarted(string container)
    {
        allocation?.OnContainerStarted(container);
        names?.OnContainerStarted(container);
    }

    public void OnContainerDied(string container)
    {
        allocation?.OnContainerDied(container);
        names?.OnContainerDied(container);
    }

    public void OnContainerDestroyed(string container)
    {
        allocation?.OnContainerDestroyed(container);
        names?.OnContainerDestroyed(container);
    }

    /// <summary>Containers that were removed while nobody listened leave their addresses behind.</summary>
    public void OnContainersListed(IReadOnlySet<string> existing)
    {
        // Queued behind what was told before; a failure in there is a defect, which ends the control loop by itself.
        _ = addresses?.PruneAsync(existing, CancellationToken.None);
    }
}
