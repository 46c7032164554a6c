namespace Weave.Docker;

/// <summary>All containers of this host, as Docker listed them.</summary>
/// <param name="Existing">Ids of all, in whatever state.</param>
/// <param name="Running">Ids of those that ran.</param>
/// <param name="AskedAt">
/// Time stamp of the question. The answer may have been long in coming, and is about this moment: whoever concludes from
/// it that something is gone must leave alone what came later.
/// </param>
public sealed record ContainerCensus(IReadOnlySet<string> Existing, IReadOnlySet<string> Running, long AskedAt)
{
    /// <summary>Asks Docker.</summary>
    internal static async Task<ContainerCensus> TakeAsync(DockerClient docker, TimeProvider time, CancellationToken cancel)
    {
        long asked = time.GetTimestamp();
        IReadOnlyList<Model.ContainerSummary> all = await docker.Containers.ListAsync(all: true, cancel).ConfigureAwait(false);
        return new ContainerCensus(
            all.Select(container => container.Id).ToHashSet(StringComparer.Ordinal),
            all.Where(container => container.State is "running" or "paused").Select(container => container.Id).ToHashSet(StringComparer.Ordinal),
            asked);
    }
}
