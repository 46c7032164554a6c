using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Fuzz.Mesh;
using Weave.Tests.Support;
using Weave.Wire.Mesh;

namespace Weave.Tests.Core.Mesh;

/// <summary>The messages that were tried on an original router, half of which killed or wedged it, given to a peer of ours.</summary>
public sealed class HostileMessageTests
{
    /// <summary>Introductions that no peer may accept. One that only the overlays refuse is not among them.</summary>
    private static readonly string[] BadIntroductions =
        ["feature ShortID 4096 (13 bits)", "feature UID missing", "flavour hash", "our own name with another UID", "Trusted feature not a boolean"];

    public static TheoryData<string> Recorded() => [.. Cases().Select(recorded => recorded.GetProperty("case").GetString()!)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void We_stand_it_and_keep_the_connection(string name)
    {
        JsonElement recorded = Cases().Single(recorded => recorded.GetProperty("case").GetString() == name);
        RouterUnderTest peer = new(Features(recorded));
        foreach (JsonElement message in recorded.GetProperty("messages").EnumerateArray())
        {
            peer.Send(message.Hex());
        }

        Assert.Equal(BadIntroductions.Contains(name), peer.Closed is not null);
        if (peer.Closed is null)
        {
            peer.Wait(TimeSpan.FromSeconds(31));
            Assert.Contains(peer.Sent, message => message.Length == 1 && message.Span[0] == (byte)MessageTag.Heartbeat);
        }
    }

    [Theory]
    [InlineData("nameserver gossip, undecodable", "nameserver")]
    [InlineData("topology gossip, undecodable", "topology")]
    [InlineData("topology unicast", "topology")]
    [InlineData("allocator unicast with empty payload", "IPallocation")]
    [InlineData("allocator unicast with unknown kind 9", "IPallocation")]
    [InlineData("allocator unicast kind 0 with undecodable range", "IPallocation")]
    public void What_a_channel_cannot_take_shows_in_its_status(string name, string channel)
    {
        JsonElement recorded = Cases().Single(recorded => recorded.GetProperty("case").GetString() == name);
        RouterUnderTest peer = new(RouterUnderTest.PeerNine());
        peer.Send(recorded.GetProperty("messages")[0].Hex());
        ChannelStatus status = peer.Router.Status(new Moment(TimeSpan.Zero, 0)).Channels.Single(status => status.Name == channel);
        Assert.Equal(1, status.Faults);
        Assert.NotNull(status.LastFault);
        Assert.Null(peer.Closed);
    }

    [Fact]
    public void Thousands_of_hostile_messages_on_one_connection_leave_no_peer_and_no_fault_but_in_the_count()
    {
        byte[][] messages = [.. Cases().SelectMany(recorded => recorded.GetProperty("messages").EnumerateArray()).Select(message => message.Hex())];
        RouterUnderTest peer = new(RouterUnderTest.PeerNine());
        for (int i = 0; i < 5000; i++)
        {
            peer.Send(messages[i % messages.Length]);
        }

        MeshStatus status = peer.Router.Status(new Moment(TimeSpan.Zero, 0));
        Assert.Equal(2, status.Peers.Count);
        Assert.Single(status.Connections);
        Assert.Null(peer.Closed);
        Assert.True(status.Channels.Sum(channel => channel.Faults) > 1000);
    }

    private static JsonElement[] Cases() =>
        [.. Vectors.Json("handshake/hostile_messages.json").GetProperty("cases").EnumerateArray()];

    private static Dictionary<string, string> Features(JsonElement recorded) => recorded.TryGetProperty("features", out JsonElement features)
        ? features.EnumerateObject().ToDictionary(feature => feature.Name, feature => feature.Value.GetString()!)
        : RouterUnderTest.PeerNine();
}
