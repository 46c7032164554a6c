using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>What the original made of recorded updates.</summary>
public sealed class TopologyVectorTests
{
    public static TheoryData<string> Updates() => [.. Vectors.Json("logic/topology_apply.json").EnumerateArray().Select(Description)];

    public static TheoryData<string> Collisions() =>
        [.. Vectors.Json("logic/short_ids.json").GetProperty("collision").EnumerateArray().Select(Description)];

    [Theory]
    [MemberData(nameof(Updates))]
    public void An_update_is_applied_as_by_the_original(string description) =>
        Apply(description, (topology, row, changes) => topology.Merge(row.GetProperty("update").Peers(), changes));

    [Theory]
    [MemberData(nameof(Updates))]
    public void An_update_is_applied_from_its_bytes_as_by_the_original(string description) =>
        Apply(description, (topology, row, changes) =>
        {
            Assert.True(topology.TryMerge(row.GetProperty("updateHex").Hex(), changes, out TopologyMerge merge, out string? error), error);
            return merge;
        });

    [Fact]
    public void An_update_that_breaks_off_changes_nothing()
    {
        JsonElement row = Vectors.Json("logic/topology_apply.json").EnumerateArray().Single(r => Description(r).StartsWith("new peer", StringComparison.Ordinal));
        byte[] whole = row.GetProperty("updateHex").Hex();
        for (int length = 1; length < whole.Length; length++)
        {
            Topology topology = TopologyJson.Build(row.GetProperty("self").Peer(), row.GetProperty("before").Peers());
            List<string> before = [.. TopologyJson.Describe(topology)];
            if (!topology.TryMerge(whole.AsSpan(0, length), new TopologyChanges(), out _, out string? error))
            {
                Assert.NotNull(error);
                Assert.Equal(before, TopologyJson.Describe(topology));
            }
        }
    }

    private static void Apply(string description, Func<Topology, JsonElement, TopologyChanges, TopologyMerge> apply)
    {
        JsonElement row = Vectors.Json("logic/topology_apply.json").EnumerateArray().Single(r => Description(r) == description);
        Topology topology = TopologyJson.Build(row.GetProperty("self").Peer(), row.GetProperty("before").Peers());
        TopologyChanges changes = new();

        TopologyMerge merge = apply(topology, row, changes);

        Assert.Equal(Names(row, "namesInUpdate"), merge.Described);
        Assert.Equal(Names(row, "namesNew"), merge.Fresh);
        Assert.Equal(row.GetProperty("selfVersionAfter").GetUInt64(), topology.Self.Version);
        AssertSame(row.GetProperty("after"), topology);

        topology.Collect([], changes);
        AssertSame(row.GetProperty("afterGarbageCollection"), topology);
    }

    [Theory]
    [MemberData(nameof(Collisions))]
    public void A_short_id_goes_to_the_lowest_name(string description)
    {
        JsonElement row = Vectors.Json("logic/short_ids.json").GetProperty("collision").EnumerateArray().Single(r => Description(r) == description);
        PeerRecord self = row.GetProperty("self").Peer();

        Topology topology = TopologyJson.Build(self, row.GetProperty("others").Peers());

        Assert.Equal(row.GetProperty("selfKeepsShortID").GetBoolean(), topology.SelfShortId == self.ShortId);
        Assert.Equal(row.GetProperty("selfVersionAfter").GetUInt64(), topology.Self.Version);
        string owner = row.GetProperty("ownerOfQueriedShortID").GetString()!;
        PeerName? found = topology.OwnerOf(new ShortId(row.GetProperty("queriedShortID").GetUInt16()));
        Assert.Equal(owner.Length == 0 ? null : PeerName.Parse(owner), found);
    }

    private static string Description(JsonElement row) => row.GetProperty("description").GetString()!;

    private static List<PeerName> Names(JsonElement row, string property) =>
        [.. row.GetProperty(property).EnumerateArray().Select(TopologyJson.Name).Order()];

    private static void AssertSame(JsonElement expected, Topology actual) =>
        Assert.Equal(expected.Peers().OrderBy(peer => peer.Name).Select(TopologyJson.Describe), TopologyJson.Describe(actual));
}
