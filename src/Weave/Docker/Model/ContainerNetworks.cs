namespace Weave.Docker.Model;

/// <summary>Networks of a container.</summary>
public sealed record ContainerNetworks
{
    /// <summary>Path of the network namespace, as dockerd sees it.</summary>
    public string? SandboxKey { get; init; }

    /// <summary>By name of the network.</summary>
    public IReadOnlyDictionary<string, ContainerEndpoint>? Networks { get; init; }
}
