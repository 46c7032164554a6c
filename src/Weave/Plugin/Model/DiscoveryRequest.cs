using System.Text.Json;

namespace Weave.Plugin.Model;

/// <summary>Docker tells of a member of its cluster.</summary>
internal sealed record DiscoveryRequest
{
    /// <summary>1 for a node; others are keys and stores.</summary>
    public int DiscoveryType { get; set; }

    public JsonElement DiscoveryData { get; set; }

    /// <summary>Of a node: where it is, and whether it is this one. Null when it is nothing of the kind.</summary>
    internal (string Address, bool Self)? Node =>
        DiscoveryType == 1 && DiscoveryData.ValueKind == JsonValueKind.Object
        && DiscoveryData.TryGetProperty("Address", out JsonElement address) && address.ValueKind == JsonValueKind.String
            ? (address.GetString()!, DiscoveryData.TryGetProperty("Self", out JsonElement self) && self.ValueKind == JsonValueKind.True)
            : null;
}
