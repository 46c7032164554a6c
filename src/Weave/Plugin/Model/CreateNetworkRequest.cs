using System.Text.Json;

namespace Weave.Plugin.Model;

internal sealed record CreateNetworkRequest
{
    public string NetworkID { get; set; } = "";

    /// <summary><c>com.docker.network.generic</c> holds what the user gave with <c>--opt</c>.</summary>
    public Dictionary<string, JsonElement>? Options { get; init; }

    /// <summary>Without what is null among them: it says nothing of any pool.</summary>
    public IReadOnlyList<PoolData>? IPv4Data { get; init => field = value is null ? null : [.. value.Where(pool => pool is not null)]; }
}
