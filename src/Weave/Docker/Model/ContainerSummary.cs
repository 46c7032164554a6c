namespace Weave.Docker.Model;

/// <summary>One of GET /containers/json.</summary>
public sealed record ContainerSummary
{
    public required string Id { get; init; }

    /// <summary>Each with a leading slash.</summary>
    public IReadOnlyList<string> Names { get; set; } = [];

    public string? Image { get; init; }

    public string? State { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
