namespace Weave.Docker;

/// <summary>Told of containers of this host, in order, from one thread. Implementations must not block.</summary>
public interface IContainerObserver
{
    /// <summary>The container runs: its process and network namespace exist. Also told of those that ran when we came.</summary>
    void OnContainerStarted(string container);

    void OnContainerDied(string container);

    /// <summary>It died, as Docker said at <paramref name="heardAt"/> (a time stamp): what was done for it since then is for its next life.</summary>
    void OnContainerDied(string container, long heardAt) => OnContainerDied(container);

    void OnContainerDestroyed(string container);

    /// <summary>A container that runs was renamed, or has come to a network or left one.</summary>
    void OnContainerChanged(string container)
    {
    }

    /// <summary>All containers that Docker has: whatever belonged to others at that moment belongs to nobody. Told whenever we begin to listen.</summary>
    void OnContainersListed(ContainerCensus census)
    {
    }
}
