namespace Weave.Docker.Model;

/// <summary>Body of POST /networks/create.</summary>
public sealed record NetworkSpec
{
    public required string Name { get; init; }

    public required string Driver { get; init; }

    /// <summary>Refuse a second network of the same name; newer engines always do.</summary>
    public bool CheckDuplicate { get; set; } = true;

    public NetworkIpam? IPAM { get; init; }

    public IReadOnlyDictionary<string, string>? Options { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
