namespace Weave.Docker.Model;

/// <summary>A container on a network.</summary>
public sealed record ContainerEndpoint
{
    public string NetworkID { get; set; } = "";

    public string EndpointID { get; set; } = "";

    public string IPAddress { get; set; } = "";

    public int IPPrefixLen { get; init; }

    public string MacAddress { get; set; } = "";

    public IReadOnlyList<string>? Aliases { get; init; }
}
