namespace Weave.Names;

/// <summary>Asks Docker whether a container runs.</summary>
internal interface IContainerLiveness
{
    /// <summary>True when Docker says that it does not run or does not exist; false when it runs, or Docker does not say.</summary>
    Task<bool> IsNotRunningAsync(string container, CancellationToken cancel);
}
