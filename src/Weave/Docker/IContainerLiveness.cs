namespace Weave.Docker;

/// <summary>Whether a container still runs, for requests made on its behalf (<c>check-alive</c>).</summary>
public interface IContainerLiveness
{
    /// <summary>Docker says that it does not run, or does not know it. False when Docker cannot be asked.</summary>
    Task<bool> IsGoneAsync(string container, CancellationToken cancel);
}
