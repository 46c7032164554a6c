using System.Text.Json.Serialization;

namespace Weave.Api;

/// <summary>The name database and its server.</summary>
public sealed record NamesReport
{
    public string Domain { get; init; } = "";

    public IReadOnlyList<string>? Upstream { get; init => field = Lists.OrNull(value); }

    public string Address { get; init; } = "";

    [JsonPropertyName("TTL")]
    public uint Ttl { get; init; }

    public IReadOnlyList<NameReport>? Entries { get; init => field = Lists.OrNull(value); }
}
