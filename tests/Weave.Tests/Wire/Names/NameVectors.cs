using System.Text.Json;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Names;

/// <summary>Entries as the recordings write them.</summary>
internal static class NameVectors
{
    internal static NameEntry[] Entries(JsonElement list) =>
        list.ValueKind == JsonValueKind.Null ? [] : [.. list.EnumerateArray().Select(Entry)];

    private static NameEntry Entry(JsonElement row) => new(
        row.GetProperty("hostname").GetString()!,
        PeerName.Parse(row.GetProperty("origin").GetString()!),
        row.GetProperty("containerID").GetString()!,
        Ipv4Address.Parse(row.GetProperty("addr").GetString()!),
        row.GetProperty("version").GetInt64(),
        row.GetProperty("tombstone").GetInt64());
}
