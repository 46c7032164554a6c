using Weave.Docker;

namespace Weave.Ipam;

/// <summary>Frees addresses of containers that ended while nobody listened. Other events come by the allocation itself.</summary>
internal sealed class OwnerPruner(AddressAllocation allocation) : IContainerObserver
{
    public void OnContainerStarted(string container)
    {
        // Told to the allocation by its own seam.
    }

    public void OnContainerDied(string container)
    {
        // Likewise.
    }

    public void OnContainerDestroyed(string container)
    {
        // Likewise.
    }

    public void OnContainersListed(IReadOnlySet<string> existing) => allocation.OnContainersListed(existing);
}
