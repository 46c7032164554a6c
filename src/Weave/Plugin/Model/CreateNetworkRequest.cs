using System.Text.Json;

namespace Weave.Plugin.Model;

internal sealed record CreateNetworkRequest
{
    public string NetworkID { get; set; } = "";

    /// <summary><c>com.docker.network.generic</c> holds what the user gave with <c>--opt</c>.</summary>
    public Dictionary<string, JsonElement>? Options { get; init; }

    public IReadOnlyList<PoolData>? IPv4Data { get; init; }
}
