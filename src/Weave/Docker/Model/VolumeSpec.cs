namespace Weave.Docker.Model;

/// <summary>Body of POST /volumes/create.</summary>
public sealed record VolumeSpec
{
    public required string Name { get; init; }

    public string Driver { get; set; } = "local";

    public IReadOnlyDictionary<string, string>? DriverOpts { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
