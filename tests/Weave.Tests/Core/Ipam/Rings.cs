using System.Text.Json;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>Rings as the vectors write them.</summary>
internal static class Rings
{
    internal static RingState State(JsonElement json) => new(
        new Ipv4Range(Address(json, "start"), Address(json, "endExclusive")),
        Peer(json, "peer"),
        [.. json.GetProperty("entries").EnumerateArray().Select(Entry)],
        [.. json.GetProperty("seeds").EnumerateArray().Select(seed => PeerName.Parse(seed.GetString()!))]);

    internal static Ipv4Range Range(JsonElement json, string start, string end) => new(Address(json, start), Address(json, end));

    internal static Ipv4Address Address(JsonElement json, string name) => Ipv4Address.Parse(json.GetProperty(name).GetString()!);

    internal static PeerName Peer(JsonElement json, string name) => PeerName.Parse(json.GetProperty(name).GetString()!);

    internal static bool IsNull(this JsonElement json, string name) => json.GetProperty(name).ValueKind == JsonValueKind.Null;

    internal static Weave.Core.Ipam.Ring Ring(RingState state)
    {
        Weave.Core.Ipam.Ring ring = new(state.Range, state.Peer);
        ring.Restore(state);
        return ring;
    }

    internal static void Equal(RingState expected, RingState actual)
    {
        Assert.Equal(expected.Range, actual.Range);
        Assert.Equal(expected.Entries, actual.Entries);
        Assert.Equal(expected.Seeds, actual.Seeds);
    }

    private static RingEntry Entry(JsonElement json) => new(
        Address(json, "token"), Peer(json, "peer"), json.GetProperty("version").GetUInt32(), json.GetProperty("free").GetUInt32());
}
