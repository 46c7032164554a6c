using System.Text.Json;

namespace Weave.Plugin.Model;

internal sealed record AllocateNetworkRequest
{
    public string NetworkID { get; set; } = "";

    public Dictionary<string, JsonElement>? Options { get; init; }
}
