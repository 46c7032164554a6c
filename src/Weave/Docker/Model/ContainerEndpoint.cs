namespace Weave.Docker.Model;

/// <summary>A container on a network.</summary>
public sealed record ContainerEndpoint
{
    public string NetworkID { get; init; } = "";

    public string EndpointID { get; init; } = "";

    public string IPAddress { get; init; } = "";

    public int IPPrefixLen { get; init; }

    public string MacAddress { get; init; } = "";

    public IReadOnlyList<string>? Aliases { get; init; }
}
