using System.Text.Json;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Mesh;

public sealed class TopologyPayloadTests
{
    public static TheoryData<string> Recorded() =>
        [.. Vectors.Json("gob/topology.json").EnumerateArray().Select(vector => vector.GetProperty("description").GetString()!)];

    public static TheoryData<string> Odd() =>
        [.. Vectors.Json("gob/decoder_robustness.json").GetProperty("cases").EnumerateArray()
            .Select(vector => vector.GetProperty("description").GetString()!)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_update_is_read_and_written(string description)
    {
        JsonElement vector = Vectors.Json("gob/topology.json").EnumerateArray()
            .Single(v => v.GetProperty("description").GetString() == description);
        byte[] payload = vector.GetProperty("hex").Hex();
        Assert.True(TopologyPayload.TryRead(payload, out List<PeerRecord> peers, out string? error), error);
        Assert.Equal(Describe(vector.GetProperty("decoded")), Describe(peers));
        Assert.Equal(Renumber(Convert.ToHexStringLower(payload)), Convert.ToHexStringLower(TopologyPayload.Write(peers)));
    }

    [Theory]
    [MemberData(nameof(Odd))]
    public void An_odd_stream_has_the_recorded_outcome(string description)
    {
        JsonElement vector = Vectors.Json("gob/decoder_robustness.json").GetProperty("cases").EnumerateArray()
            .Single(v => v.GetProperty("description").GetString() == description);
        bool accepted = TopologyPayload.TryRead(vector.GetProperty("hex").Hex(), out List<PeerRecord> peers, out string? error);
        Assert.Equal(vector.GetProperty("accepted").GetBoolean(), accepted);
        Assert.Equal(accepted, error is null);
        Assert.Equal(accepted ? Describe(vector.GetProperty("decoded")) : "", Describe(peers));
    }

    [Fact]
    public void A_short_id_of_more_than_twelve_bits_is_not_taken_over_and_cannot_be_sent()
    {
        PeerRecord peer = new(new PeerName(1), "n", 1, 1, new ShortId(4096), []);
        Assert.Throws<InvalidOperationException>(() => TopologyPayload.Write([peer]));

        byte[] payload = TopologyPayload.Write([peer with { ShortId = new ShortId(4095) }]);
        int at = payload.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xfe, 0x0f, 0xff]);
        payload[at + 1] = 0x10;
        Assert.True(TopologyPayload.TryRead(payload, out List<PeerRecord> peers, out _));
        Assert.Null(peers[0].ShortId);
    }

    [Fact]
    public void Reading_a_thousand_peers_allocates_nothing_per_entry()
    {
        byte[] payload = TopologyPayload.Write(Enumerable.Range(1, 1000).Select(i => new PeerRecord(
            new PeerName((ulong)i), $"host{i}", (ulong)i, 7, new ShortId((ushort)i),
            [.. Enumerable.Range(1, 8).Select(j => new PeerLink(new PeerName((ulong)(i + j)), "10.0.0.1:6783", true, true))])));
        int links = 0;
        void Read()
        {
            TopologyReader reader = new(payload);
            while (reader.NextPeer(out _))
            {
                while (reader.NextLink(out _))
                {
                    links++;
                }
            }

            Assert.Null(reader.Error);
        }

        Read();
        Assert.Equal(8000, links);
        const long Budget = 8192; // the table of types
        Assert.InRange(Allocations.Least(Read, Budget, calls: 1), 0, Budget);
    }

    /// <summary>The original's numbers in these files, in order of appearance, as ours.</summary>
    private static string Renumber(string hex) => hex
        .Replace("ff85", "ff81").Replace("ff86", "ff82").Replace("ff89", "ff83").Replace("ff8a", "ff84")
        .Replace("ff87", "ff85").Replace("ff88", "ff86");

    private static string Describe(IEnumerable<PeerRecord> peers) => string.Join("; ", peers.Select(peer =>
        $"{peer.Name} {peer.Nickname} {peer.Uid} {peer.Version} {(peer.ShortId is { } id ? id.Value : -1)} "
        + string.Join(", ", peer.Links.Select(link => $"{link.Remote} {link.Address} {link.Outbound} {link.Established}"))));

    private static string Describe(JsonElement peers) => peers.ValueKind == JsonValueKind.Null ? "" : string.Join("; ", peers.EnumerateArray().Select(peer =>
        $"{peer.GetProperty("Name")} {peer.GetProperty("NickName")} {peer.GetProperty("UID").GetUInt64()} {peer.GetProperty("Version")} "
        + $"{(peer.GetProperty("HasShortID").GetBoolean() ? peer.GetProperty("ShortID").GetInt32() : -1)} "
        + (peer.GetProperty("Connections").ValueKind == JsonValueKind.Null ? "" : string.Join(", ", peer.GetProperty("Connections").EnumerateArray().Select(link =>
            $"{link.GetProperty("Peer")} {link.GetProperty("Addr")} {link.GetProperty("Outbound")} {link.GetProperty("Established")}")))));
}
