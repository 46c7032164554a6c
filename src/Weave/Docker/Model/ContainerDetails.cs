namespace Weave.Docker.Model;

/// <summary>GET /containers/{id}/json.</summary>
public sealed record ContainerDetails
{
    public required string Id { get; init; }

    /// <summary>With a leading slash.</summary>
    public string Name { get; init; } = "";

    /// <summary>Id of the image.</summary>
    public string Image { get; init; } = "";

    public int RestartCount { get; init; }

    public ContainerState State { get; init; } = new();

    public ContainerConfig Config { get; init; } = new();

    public ContainerHostConfig HostConfig { get; init; } = new();

    public ContainerNetworks NetworkSettings { get; init; } = new();

    public IReadOnlyList<MountPoint>? Mounts { get; init; }
}
