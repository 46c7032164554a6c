namespace Weave.Docker.Model;

/// <summary>GET /info.</summary>
public sealed record EngineInfo
{
    public string? Name { get; init; }

    public string? ServerVersion { get; init; }

    public string? DockerRootDir { get; init; }

    public bool LiveRestoreEnabled { get; init; }

    public string? ClusterStore { get; init; }

    /// <summary>Since API 1.49: which program carries the rules.</summary>
    public EngineFirewall? FirewallBackend { get; init; }

    public SwarmState? Swarm { get; init; }
}
