namespace Weave.Docker.Model;

/// <summary>GET /containers/{id}/json.</summary>
public sealed record ContainerDetails
{
    public required string Id { get; init; }

    /// <summary>With a leading slash.</summary>
    public string Name { get; set; } = "";

    /// <summary>Id of the image.</summary>
    public string Image { get; set; } = "";

    /// <summary>The file behind its /etc/hosts, as dockerd sees it; empty when Docker writes none.</summary>
    public string HostsPath { get; init; } = "";

    public int RestartCount { get; init; }

    public ContainerState State { get; set; } = new();

    public ContainerConfig Config { get; set; } = new();

    public ContainerHostConfig HostConfig { get; set; } = new();

    public ContainerNetworks NetworkSettings { get; set; } = new();

    public IReadOnlyList<MountPoint>? Mounts { get; init; }
}
