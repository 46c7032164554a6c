using System.Globalization;
using System.Text.Json;
using Weave.Tests.Core.Ipam;
using Weave.Tests.Support;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Ipam;

public sealed class AllocatorMessageTests
{
    [Fact]
    public void States_of_the_original_are_read_and_written_back()
    {
        foreach (JsonElement row in Vectors.Json("gob/ipam_gossip.json").EnumerateArray())
        {
            byte[] bytes = row.GetProperty("hex").Hex();
            Assert.True(AllocatorMessage.TryDecodeState(bytes, out AllocatorState? state), row.GetProperty("description").GetString());
            Equal(row.GetProperty("decoded"), state);
            Assert.Equal(row.GetProperty("paxosFieldAbsentAfterDecode").GetBoolean(), state.Paxos is null);

            OutsideAddresses outside = new(new PeerName(6), 5, [Ipv4Address.Parse("192.168.5.5")])
            {
                Range = Ipv4Range.Of(Ipv4Cidr.Parse("10.32.0.0/12")), Origin = ulong.MaxValue, IsInUse = true,
            };
            RingEntry displaced = new(Ipv4Address.Parse("10.32.0.0"), new PeerName(8), 3, 2);
            Assert.True(AllocatorMessage.TryDecodeState(AllocatorMessage.EncodeState(state with { Healers = [new PeerName(7)], Displaced = [displaced], Outside = [outside] }), out AllocatorState? again));
            Equal(row.GetProperty("decoded"), again);
            Assert.Equal([new PeerName(7)], again.Healers);
            Assert.Equal([displaced], again.Displaced);
            Assert.Equal((outside.Peer, outside.Version), (Assert.Single(again.Outside).Peer, again.Outside[0].Version));
            Assert.True(outside.SaysSameAs(again.Outside[0]));
            Assert.Equal(state.Paxos is null, again.Paxos is null);
        }
    }

    [Fact]
    public void Cut_states_are_refused_or_shorter_and_never_throw()
    {
        foreach (JsonElement row in Vectors.Json("gob/ipam_gossip.json").EnumerateArray())
        {
            byte[] bytes = row.GetProperty("hex").Hex();
            for (int length = 0; length < bytes.Length; length++)
            {
                AllocatorMessage.TryDecodeState(bytes.AsSpan(0, length), out _);
            }
        }
    }

    [Fact]
    public void Unicasts_of_the_original_are_read_and_written_back_to_the_byte()
    {
        int ranges = 0;
        foreach (JsonElement row in Vectors.Json("gob/ipam_unicast.json").EnumerateArray())
        {
            if (!row.TryGetProperty("payload", out JsonElement payload))
            {
                continue;
            }

            ReadOnlySpan<byte> bytes = payload.Hex();
            JsonElement decoded = row.GetProperty("decoded");
            Assert.True(AllocatorMessage.TryReadKind(ref bytes, out AllocatorMessageKind kind));
            Assert.Equal(decoded.GetProperty("kind").GetInt32(), (int)kind);
            if (kind == AllocatorMessageKind.RingUpdate)
            {
                Assert.True(AllocatorMessage.TryDecodeState(bytes, out AllocatorState? state));
                Rings.Equal(Rings.State(decoded.GetProperty("ring")), state.Ring!);
                continue;
            }

            Assert.True(AllocatorMessage.TryDecodeRange(bytes, out Ipv4Range range));
            Assert.Equal(Rings.Range(decoded, "start", "endExclusive"), range);
            ReadOnlySpan<byte> written = AllocatorMessage.EncodeRange(kind, range);
            Assert.True(AllocatorMessage.TryReadKind(ref written, out _));
            Assert.True(AllocatorMessage.TryDecodeRange(written, out Ipv4Range again));
            Assert.Equal(range, again);
            Assert.Equal(payload.Hex().Length, written.Length + 1);
            ranges++;
        }

        Assert.True(ranges >= 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("03")]
    [InlineData("ff00")]
    public void Unknown_kinds_are_refused(string hex)
    {
        ReadOnlySpan<byte> payload = Convert.FromHexString(hex);
        Assert.False(AllocatorMessage.TryReadKind(ref payload, out _));
    }

    [Fact]
    public void The_stored_ring_of_the_original_is_read()
    {
        JsonElement stored = Vectors.Json("gob/persistence.json").GetProperty("ring");
        Assert.True(AllocatorMessage.TryDecodeRing(stored.GetProperty("hex").Hex(), out RingState? ring));
        Rings.Equal(Rings.State(stored.GetProperty("decoded")), ring);
    }

    private static void Equal(JsonElement expected, AllocatorState actual)
    {
        Assert.Equal(expected.GetProperty("now").GetInt64(), actual.UnixSeconds);
        Assert.Equal(
            expected.GetProperty("nicknames").EnumerateObject().ToDictionary(pair => PeerName.Parse(pair.Name), pair => pair.Value.GetString()!),
            actual.Nicknames);
        if (!expected.IsNull("ring"))
        {
            Rings.Equal(Rings.State(expected.GetProperty("ring")), actual.Ring!);
            Assert.Equal(Rings.Peer(expected.GetProperty("ring"), "peer"), actual.Ring!.Peer);
        }

        if (!expected.IsNull("paxos"))
        {
            Equal(expected.GetProperty("paxos"), actual.Paxos!);
        }
    }

    private static void Equal(JsonElement expected, IReadOnlyDictionary<NodeId, NodeClaims> actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        foreach (JsonElement row in expected.EnumerateArray())
        {
            NodeClaims claims = actual[Node(row.GetProperty("node"))];
            Assert.Equal(Proposal(row.GetProperty("promise")), claims.Promise);
            Assert.Equal(Proposal(row.GetProperty("accepted")), claims.Accepted);
            Assert.Equal(Proposal(row.GetProperty("acceptedVal").GetProperty("origin")), claims.Origin);
            Assert.Equal(
                row.GetProperty("acceptedVal").GetProperty("value").EnumerateArray().Select(name => name.GetString()),
                claims.Value.Select(name => name.ToString()));
        }
    }

    private static ProposalId Proposal(JsonElement json) => new(json.GetProperty("round").GetUInt64(), Node(json.GetProperty("proposer")));

    private static NodeId Node(JsonElement json) =>
        new(Rings.Peer(json, "name"), ulong.Parse(json.GetProperty("uid").GetString()!, CultureInfo.InvariantCulture));
}
