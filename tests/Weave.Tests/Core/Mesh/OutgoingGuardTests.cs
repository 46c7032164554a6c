using System.Buffers;
using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Fuzz.Mesh;
using Weave.Tests.Support;
using Weave.Wire.Gob;
using Weave.Wire.Ipam;
using Weave.Wire.Mesh;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>Nothing that crashes or wedges an original peer can leave a session of ours (docs/wire/mesh.md §8).</summary>
public sealed class OutgoingGuardTests
{
    private static readonly PeerName Us = new(9);
    private static readonly PeerName Them = new(1);

    public static TheoryData<string> Harmful()
    {
        TheoryData<string> rows = [];
        foreach (JsonElement recorded in Recorded().Where(IsHarmful))
        {
            rows.Add(recorded.GetProperty("case").GetString()!);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Harmful))]
    public void What_killed_or_wedged_an_original_is_refused(string name)
    {
        JsonElement recorded = Recorded().Single(recorded => recorded.GetProperty("case").GetString() == name);
        foreach (JsonElement message in recorded.GetProperty("messages").EnumerateArray())
        {
            AssertRefused(message.Hex());
        }
    }

    [Fact]
    public void The_recorded_cases_are_all_there() => Assert.True(Harmful().Count >= 10);

    [Theory]
    [InlineData("070100")] // both have sleeve only, so there is one forwarder
    [InlineData("07ff00")]
    [InlineData("0700")]
    [InlineData("07")]
    [InlineData("02")]
    [InlineData("03059e")]
    public void Control_messages_that_the_peers_switch_cannot_take_are_refused(string hex) => AssertRefused(Convert.FromHexString(hex));

    [Theory]
    [InlineData("fastdp sleeve", "fastdp sleeve", 1, true)]
    [InlineData("fastdp sleeve", "fastdp sleeve", 2, false)]
    [InlineData("sleeve", "fastdp sleeve", 0, true)]
    [InlineData("sleeve", "fastdp sleeve", 1, false)]
    [InlineData("awsvpc", "sleeve", 0, false)]
    public void A_forwarder_index_counts_what_both_have(string ours, string theirs, byte index, bool passes) =>
        Assert.Equal(passes, Write(OverlayControl.Write(index, 1, []), ours, theirs) is null);

    [Theory]
    [InlineData("01")]
    [InlineData("02")]
    [InlineData("03059e")]
    public void Without_the_switch_the_bare_tags_pass_and_the_others_do_not(string hex)
    {
        Assert.Null(Write(Convert.FromHexString(hex), "sleeve", null));
        Assert.NotNull(Write([7, 0, 1], "sleeve", null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("03")]
    [InlineData("09")]
    [InlineData("000102")]
    [InlineData("01ff")]
    public void Allocator_unicasts_that_cannot_be_taken_are_refused_even_when_only_relayed(string payload) =>
        AssertRefused(GossipEnvelope.WriteUnicast("IPallocation", new PeerName(77), Them, Convert.FromHexString(payload)));

    [Fact]
    public void A_good_allocator_unicast_passes()
    {
        Ipv4Range range = new(1, 2);
        byte[] payload = AllocatorMessage.EncodeRange(AllocatorMessageKind.SpaceRequest, range);
        Assert.Null(Write(GossipEnvelope.WriteUnicast("IPallocation", Us, Them, payload), "sleeve", "sleeve"));
    }

    [Fact]
    public void A_name_twice_in_one_message_is_refused_and_once_passes()
    {
        NameEntry entry = new("a.weave.local.", Us, "c", new Ipv4Address(1), 0, 0);
        NameEntry[] twice = [entry, entry with { Version = 1 }];
        AssertRefused(GossipEnvelope.WriteBroadcast("nameserver", Us, NamesMessage.Encode(1, twice)));
        Assert.Null(Write(GossipEnvelope.WriteBroadcast("nameserver", Us, NamesMessage.Encode(1, [entry])), "sleeve", "sleeve"));
    }

    [Fact]
    public void Gossip_that_cannot_be_decoded_is_refused_on_channels_that_we_know()
    {
        AssertRefused(GossipEnvelope.WriteGossip("IPallocation", Us, [1, 2, 3]));
        AssertRefused(GossipEnvelope.WriteBroadcast("nameserver", Us, [1, 2, 3]));
        AssertRefused(GossipEnvelope.WriteUnicast("topology", Us, Them, []));
        AssertRefused([4, 0xff]);
        Assert.Null(Write(GossipEnvelope.WriteBroadcast("something-new", Us, [1, 2, 3]), "sleeve", "sleeve"));
    }

    [Fact]
    public void A_type_defined_twice_in_an_allocator_state_is_refused()
    {
        byte[] state = Vectors.Json("gob/ipam_gossip.json").EnumerateArray().First().GetProperty("hex").Hex();
        byte[] firstDefinition = state[..(1 + state[0])];
        Assert.Null(Write(GossipEnvelope.WriteGossip("IPallocation", Us, state), "sleeve", "sleeve"));
        AssertRefused(GossipEnvelope.WriteGossip("IPallocation", Us, [.. firstDefinition, .. state]));
    }

    [Fact]
    public void A_type_defined_twice_in_names_or_in_a_range_is_refused()
    {
        byte[] names = NamesMessage.Encode(1, [new NameEntry("a.weave.local.", Us, "c", new Ipv4Address(1), 0, 0)]);
        AssertRefused(GossipEnvelope.WriteBroadcast("nameserver", Us, [.. names[..(1 + names[0])], .. names]));
        byte[] range = AllocatorMessage.EncodeRange(AllocatorMessageKind.SpaceRequest, new Ipv4Range(1, 2));
        byte[] definition = range[1..(2 + range[1])];
        AssertRefused(GossipEnvelope.WriteUnicast("IPallocation", Us, Them, [range[0], .. definition, .. range[1..]]));
    }

    [Theory]
    [InlineData("IPallocation", "Now", GobKind.UInt)]
    [InlineData("IPallocation", "Now", GobKind.Bytes)]
    [InlineData("IPallocation", "Ring", GobKind.Int)]
    [InlineData("nameserver", "Timestamp", GobKind.UInt)]
    [InlineData("nameserver", "Timestamp", GobKind.String)]
    [InlineData("nameserver", "Entries", GobKind.Int)]
    public void A_field_of_another_kind_is_refused(string channel, string field, GobKind kind)
    {
        GobType type = new[] { GobType.Int, GobType.UInt, GobType.Bytes, GobType.String }.Single(type => type.Kind == kind);
        GobWriter writer = new(new GobSchema(GobType.Struct("Odd", (field, type))));
        writer.BeginValue();
        writer.BeginStruct();
        writer.EndStruct();
        writer.EndValue();
        AssertRefused(GossipEnvelope.WriteBroadcast(channel, Us, writer.ToArray()));
    }

    [Fact]
    public void A_message_of_more_than_ten_mebibytes_with_its_seal_is_refused_and_one_that_fits_passes()
    {
        const int Largest = (10 * 1024 * 1024) - 16;
        byte[] payload = new byte[Largest];
        int envelope = GossipEnvelope.WriteGossip("something-new", Us, payload).Length - Largest;
        Assert.Null(Write(GossipEnvelope.WriteGossip("something-new", Us, payload[envelope..]), "sleeve", "sleeve"));
        AssertRefused(GossipEnvelope.WriteGossip("something-new", Us, payload[(envelope - 1)..]));
    }

    /// <summary>Handed to a whole router, which has what it tells of others from others.</summary>
    [Fact]
    public void A_short_id_of_more_than_twelve_bits_that_a_neighbour_tells_is_not_told_on()
    {
        RouterUnderTest router = new(RouterUnderTest.PeerNine());
        byte[] told = TopologyPayload.Write([new PeerRecord(new PeerName(0x77), "odd", 3, 1, new ShortId(0xabc), [new PeerLink(new PeerName(9), "10.0.0.1:1", false, true)])]);
        byte[] as12Bits = [0xfe, 0x0a, 0xbc];
        byte[] as13Bits = [0xfe, 0x1a, 0xbc];
        int at = told.AsSpan().LastIndexOf(as12Bits.AsSpan());
        Assert.True(at > 0);
        as13Bits.CopyTo(told, at);
        router.Send(GossipEnvelope.WriteGossip("topology", new PeerName(9), [.. told, .. TopologyPayload.Write([Nine()])]));
        router.Send(GossipEnvelope.WriteGossip("topology", new PeerName(9), TopologyPayload.Write([Nine()])));
        router.Wait(TimeSpan.FromSeconds(40));
        Assert.All(router.Sent.Where(message => !message.IsEmpty && message.Span[0] is 4 or 6), message =>
            Assert.True(message.Span.IndexOf(as13Bits.AsSpan()) < 0));
        Assert.Null(router.Closed);
    }

    private static PeerRecord Nine() => new(
        new PeerName(9), "poker", 99, 9, new ShortId(9),
        [new PeerLink(new PeerName(1), "10.0.0.2:1", true, true), new PeerLink(new PeerName(0x77), "10.0.0.2:2", true, true)]);

    [Fact]
    public void A_refusal_writes_nothing_and_the_session_goes_on()
    {
        ArrayBufferWriter<byte> output = new();
        MeshSession session = Introduced("sleeve", "sleeve", output);
        output.Clear();
        Assert.NotNull(session.WriteMessage([7], output));
        Assert.Equal(0, output.WrittenCount);
        Assert.Null(session.WriteMessage([7, 0, 1], output));
        Assert.Equal([0, 0, 0, 3, 7, 0, 1], output.WrittenSpan.ToArray());
    }

    private static JsonElement[] Recorded() =>
        [.. Vectors.Json("handshake/hostile_messages.json").GetProperty("cases").EnumerateArray()];

    /// <summary>The process died, a reader hung, or the connection was closed because of a message.</summary>
    private static bool IsHarmful(JsonElement recorded) =>
        recorded.GetProperty("messages").GetArrayLength() > 0 && !recorded.TryGetProperty("features", out _)
        && !recorded.GetProperty("case").GetString()!.StartsWith("topology gossip, undecodable", StringComparison.Ordinal) // never relayed as bytes
        && (recorded.GetProperty("processDied").GetBoolean() || recorded.TryGetProperty("note", out _)
            || recorded.GetProperty("connection").GetString() != "still open");

    private static void AssertRefused(byte[] message) => Assert.NotNull(Write(message, "sleeve", "sleeve"));

    private static string? Write(byte[] message, string ours, string? theirs)
    {
        ArrayBufferWriter<byte> output = new();
        return Introduced(ours, theirs, output).WriteMessage(message, output);
    }

    private static MeshSession Introduced(string ours, string? theirs, ArrayBufferWriter<byte> output)
    {
        MeshSession session = new(new MeshSessionOptions(1, 2, null, Features(ours), true), new SeededRandom(1));
        byte[] features = FeatureMap.Write(Features(theirs));
        List<MeshSessionEvent> events = [];
        session.Receive([.. "weave"u8, 1, 2, 0, 0, 0, 0, (byte)features.Length, .. features], output, events);
        Assert.IsType<MeshSessionEvent.Introduced>(Assert.Single(events));
        return session;
    }

    private static Dictionary<string, string> Features(string? overlays)
    {
        Dictionary<string, string> features = new() { ["Name"] = "00:00:00:00:00:01" };
        if (overlays is not null)
        {
            features["Overlays"] = overlays;
        }

        return features;
    }
}
