namespace Weave.Docker.Model;

/// <summary>What a container was created with, as far as we look at it.</summary>
public sealed record ContainerConfig
{
    public string Hostname { get; set; } = "";

    public string Domainname { get; set; } = "";

    public string Image { get; set; } = "";

    public bool Tty { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
