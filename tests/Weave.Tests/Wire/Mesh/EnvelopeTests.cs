using System.Text.Json;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Mesh;

public sealed class EnvelopeTests
{
    public static TheoryData<string> Recorded() =>
        [.. Vectors.Json("gob/gossip_envelopes.json").EnumerateArray().Select(vector => vector.GetProperty("description").GetString()!)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_message_is_read_and_written(string description)
    {
        JsonElement vector = Vectors.Json("gob/gossip_envelopes.json").EnumerateArray()
            .Single(v => v.GetProperty("description").GetString() == description);
        byte[] message = vector.GetProperty("message").Hex();
        byte[] payload = vector.GetProperty("payload").Hex();
        string channel = vector.GetProperty("channel").GetString()!;
        PeerName source = PeerName.Parse(vector.GetProperty("src").GetString()!);
        PeerName destination = vector.TryGetProperty("dst", out JsonElement dst) ? PeerName.Parse(dst.GetString()!) : PeerName.Unknown;

        Assert.True(GossipEnvelope.TryRead(message, out GossipEnvelope envelope, out string? error), error);
        Assert.Equal(channel, envelope.ChannelName);
        Assert.Equal(source, envelope.Source);
        Assert.Equal(destination, envelope.Destination);
        Assert.Equal(payload, envelope.Payload.ToArray());
        Assert.Equal(message, envelope.Tag switch
        {
            MessageTag.Gossip => GossipEnvelope.WriteGossip(channel, source, payload),
            MessageTag.Unicast => GossipEnvelope.WriteUnicast(channel, source, destination, payload),
            _ => GossipEnvelope.WriteBroadcast(channel, source, payload),
        });

        for (int length = 0; length < message.Length; length++)
        {
            Assert.False(GossipEnvelope.TryRead(message.AsSpan(0, length), out _, out error));
            Assert.NotNull(error);
        }
    }

    [Fact]
    public void Reading_an_envelope_allocates_nothing()
    {
        byte[] message = GossipEnvelope.WriteBroadcast("nameserver", new PeerName(1), new byte[1000]);
        Allocations.Allocates(0, () => GossipEnvelope.TryRead(message, out _, out _));
    }

    [Theory]
    [InlineData("07000305", true)]
    [InlineData("070001", true)]
    [InlineData("0700", false)]
    [InlineData("07", false)]
    public void Overlay_control_needs_an_index_and_a_tag(string hex, bool whole)
    {
        byte[] message = Convert.FromHexString(hex);
        Assert.Equal(whole, OverlayControl.TryRead(message, out OverlayControl control));
        if (whole)
        {
            Assert.Equal(message, OverlayControl.Write(control.Forwarder, control.Tag, control.Data));
        }
    }
}
