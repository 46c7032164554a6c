namespace Weave.Docker;

/// <summary>Told of containers of this host, in order, from one thread. Implementations must not block.</summary>
public interface IContainerObserver
{
    /// <summary>The container runs: its process and network namespace exist.</summary>
    void OnContainerStarted(string container);

    void OnContainerDied(string container);

    void OnContainerDestroyed(string container);
}
