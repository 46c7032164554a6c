using System.Text.Json.Serialization;

namespace Weave.Api;

/// <summary>Body of GET /report: names and order are the original's. Sections of parts that are off are absent.</summary>
/// <remarks>Protocol section 6.2. Empty lists are null there, except TrustedSubnets.</remarks>
public sealed record StatusReport
{
    public bool Ready { get; init; }

    public string Version { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VersionCheckReport? VersionCheck { get; init; } = new();

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RouterReport? Router { get; init; }

    [JsonPropertyName("IPAM")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AllocationReport? Ipam { get; init; }

    [JsonPropertyName("DNS")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NamesReport? Dns { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProxyReport? Proxy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PluginReport? Plugin { get; init; }
}
