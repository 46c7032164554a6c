using System.Text.Json;
using Weave.Core.Ipam;
using Weave.Tests.Support;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>Rings behave as the original's, operation by operation.</summary>
public sealed class RingVectorTests
{
    private static readonly JsonElement Merges = Vectors.Json("logic/ring_merge.json");
    private static readonly JsonElement Operations = Vectors.Json("logic/ring_ops.json");

    public static TheoryData<int, string> MergeRows()
    {
        TheoryData<int, string> rows = [];
        for (int i = 0; i < Merges.GetArrayLength(); i++)
        {
            rows.Add(i, Merges[i].GetProperty("description").GetString()!);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(MergeRows))]
    public void Merging_gives_what_the_original_gives(int index, string description)
    {
        JsonElement row = Merges[index];
        Ring ring = Rings.Ring(Rings.State(row.GetProperty("before")));
        AddressSet used = AddressSet.Of(row.GetProperty("ourAllocations").EnumerateArray().Select(used => Rings.Range(used, "start", "endExclusive")));

        RingMergeResult result = ring.Merge(Rings.State(row.GetProperty("incoming")), used.Intersects);

        Assert.Equal(row.GetProperty("error").GetString(), result.Reason);
        Assert.Equal(row.GetProperty("updated").GetBoolean(), result.Updated);
        Rings.Equal(Rings.State(row.GetProperty("after")), ring.State);
        Assert.False(string.IsNullOrEmpty(description));
    }

    [Fact]
    public void The_first_division_is_the_original_s()
    {
        foreach (JsonElement row in Of("initial division among peers"))
        {
            Ring ring = new(Rings.Range(row, "start", "endExclusive"), new PeerName(1));
            ring.Divide([.. Enumerable.Range(1, row.GetProperty("peerCount").GetInt32()).Select(i => new PeerName((ulong)i))]);
            if (row.TryGetProperty("result", out JsonElement result))
            {
                Rings.Equal(Rings.State(result), ring.State);
                continue;
            }

            Assert.Equal(row.GetProperty("entryCount").GetInt32(), ring.Entries.Count);
            Assert.Equal(row.GetProperty("seedCount").GetInt32(), ring.Seeds.Count);
            Assert.Equal(
                row.GetProperty("firstOwners").EnumerateArray().Select(owner => owner.GetString()),
                ring.Entries.Take(3).Select(entry => entry.Peer.ToString()));
        }
    }

    [Fact]
    public void An_odd_division_skips_the_middle_address()
    {
        RingState expected = Rings.State(Of("initial division among 3 peers of 7 addresses").Single().GetProperty("result"));
        Ring ring = new(expected.Range, new PeerName(1));
        ring.Divide([new PeerName(1), new PeerName(2), new PeerName(3)]);
        Rings.Equal(expected, ring.State);
    }

    [Fact]
    public void Grants_change_the_ring_as_in_the_original()
    {
        foreach (JsonElement row in Of("grant"))
        {
            Ring ring = Rings.Ring(Rings.State(row.GetProperty("before")));
            Ipv4Range part = Rings.Range(row, "from", "toExclusive");
            if (!row.IsNull("panic"))
            {
                Assert.Throws<InvalidOperationException>(() => ring.Grant(part, Rings.Peer(row, "to")));
                continue;
            }

            ring.Grant(part, Rings.Peer(row, "to"));
            Rings.Equal(Rings.State(row.GetProperty("after")), ring.State);
        }
    }

    [Fact]
    public void Transfers_change_the_ring_as_in_the_original()
    {
        foreach (JsonElement row in Of("transfer (rmpeer/reset)"))
        {
            Ring ring = Rings.Ring(Rings.State(row.GetProperty("before")));
            IReadOnlyList<Ipv4Range> moved = ring.Transfer(Rings.Peer(row, "from"), Rings.Peer(row, "to"));
            Rings.Equal(Rings.State(row.GetProperty("after")), ring.State);
            Assert.Equal(
                row.GetProperty("ranges").EnumerateArray().Select(range => Rings.Range(range, "start", "endExclusive")), moved);
        }
    }

    [Fact]
    public void Free_counts_owners_and_donors_are_the_original_s()
    {
        JsonElement report = Of("reportFree").Single();
        Ring ring = Rings.Ring(Rings.State(report.GetProperty("before")));
        foreach (JsonProperty free in report.GetProperty("free").EnumerateObject())
        {
            int index = ring.IndexOf(Ipv4Address.Parse(free.Name));
            Assert.True(ring.ReportFree(index, free.Value.GetUInt32()));
            Assert.False(ring.ReportFree(index, free.Value.GetUInt32()));
        }

        Rings.Equal(Rings.State(report.GetProperty("after")), ring.State);
        foreach (JsonElement owner in Of("owner lookup (wrapping)").Single().GetProperty("owners").EnumerateArray())
        {
            Assert.Equal(Rings.Peer(owner, "owner"), ring.OwnerOf(Rings.Address(owner, "address")));
        }

        Assert.Equal(["10.0.0.0-10.0.0.9", "10.0.0.128-10.0.0.255"], ring.OwnedBy(new PeerName(2)).Select(range => range.ToString()));
        Assert.Equal([(new PeerName(2), 138U)], ring.Donors(ring.Range, ring.Range));
    }

    private static IEnumerable<JsonElement> Of(string operation) =>
        Operations.EnumerateArray().Where(row => row.GetProperty("op").GetString() == operation);
}
