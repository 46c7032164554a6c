using System.Text.Json;

namespace Weave.Plugin.Model;

internal sealed record AllocateNetworkAnswer(string Err, Dictionary<string, JsonElement>? Options);
