namespace Weave.Docker.Model;

/// <summary>Body of POST /containers/create.</summary>
public sealed record ContainerSpec
{
    public required string Image { get; init; }

    public string? Hostname { get; init; }

    public string? Domainname { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public HostSpec HostConfig { get; set; } = new();
}
