using Weave.Ipam;
using Weave.Names;

namespace Weave.Docker;

/// <summary>Passes what happens to containers on to the allocator and the name database.</summary>
internal sealed class SeamObserver(IAddressAllocation? allocation, INameRegistry? names) : IContainerObserver
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

    public void OnContainerDied(string container, long heardAt)
    {
        allocation?.OnContainerDied(container, heardAt);
        names?.OnContainerDied(container, heardAt);
    }

    public void OnContainerDestroyed(string container)
    {
        allocation?.OnContainerDestroyed(container);
        names?.OnContainerDestroyed(container);
    }
}
