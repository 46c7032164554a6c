using Weave.Docker;

namespace Weave.Names;

/// <summary>The Docker engine of this host.</summary>
internal sealed class DockerLiveness(DockerClient docker) : IContainerLiveness
{
    public async Task<bool> IsNotRunningAsync(string container, CancellationToken cancel)
    {
        try
        {
            return await docker.Containers.InspectAsync(container, cancel).ConfigureAwait(false) is not { State.Running: true };
        }
        catch (Exception failure) when (failure is DockerException or IOException or HttpRequestException)
        {
            return false; // a name too many for a moment is better than one that is missing
        }
    }
}
