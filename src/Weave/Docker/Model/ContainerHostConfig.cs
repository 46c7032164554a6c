namespace Weave.Docker.Model;

/// <summary>Host side of a container, as far as we look at it.</summary>
public sealed record ContainerHostConfig
{
    public string NetworkMode { get; set; } = "";

    public bool Privileged { get; init; }

    public IReadOnlyList<string>? Dns { get; init; }

    public IReadOnlyList<string>? DnsSearch { get; init; }
}
