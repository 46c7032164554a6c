namespace Weave.Docker.Model;

/// <summary>GET /networks/{id}.</summary>
public sealed record NetworkDetails
{
    public required string Id { get; init; }

    public string Name { get; set; } = "";

    public string Driver { get; set; } = "";

    /// <summary><c>local</c>, <c>global</c> or <c>swarm</c>.</summary>
    public string? Scope { get; init; }

    public NetworkIpam? IPAM { get; init; }

    public IReadOnlyDictionary<string, string>? Options { get; init; }

    /// <summary>By container id, of this host; only when one network is asked for.</summary>
    public IReadOnlyDictionary<string, NetworkMember>? Containers { get; init; }
}
