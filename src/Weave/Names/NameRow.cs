using System.Text.Json.Serialization;

namespace Weave.Names;

/// <summary>One entry in the reply to GET /name.</summary>
internal sealed record NameRow(
    [property: JsonPropertyName("ContainerID"), JsonPropertyOrder(0)] string Container,
    [property: JsonPropertyOrder(1)] ulong Origin,
    [property: JsonPropertyName("Addr"), JsonPropertyOrder(2)] string Address,
    [property: JsonPropertyOrder(3)] string Hostname,
    [property: JsonPropertyOrder(4)] long Version,
    [property: JsonPropertyOrder(5)] long Tombstone);
