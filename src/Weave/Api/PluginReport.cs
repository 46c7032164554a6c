using System.Text.Json.Serialization;

namespace Weave.Api;

/// <summary>The Docker plugin.</summary>
public sealed record PluginReport
{
    public PluginConfigReport Config { get; init; } = new();

    public string DriverName { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MeshDriverName { get; init; }
}
