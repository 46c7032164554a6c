namespace Weave.Docker.Model;

/// <summary>GET /images/{name}/json.</summary>
public sealed record ImageDetails
{
    public required string Id { get; init; }

    public IReadOnlyList<string>? RepoTags { get; init; }

    public ContainerConfig? Config { get; init; }
}
