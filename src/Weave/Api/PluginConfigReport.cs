using System.Text.Json.Serialization;

namespace Weave.Api;

/// <summary>How the plugin was set up.</summary>
public sealed record PluginConfigReport
{
    public string Socket { get; init; } = "";

    public string MeshSocket { get; init; } = "";

    public bool Enable { get; init; }

    public bool EnableV2 { get; init; }

    public bool EnableV2Multicast { get; init; }

    [JsonPropertyName("DNS")]
    public bool Dns { get; init; }

    public string DefaultSubnet { get; init; } = "";

    public string ProcPath { get; init; } = "";
}
