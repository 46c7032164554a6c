using Weave.Core.Crypto;
using Weave.Core.Mesh;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>
/// Recorded hosts, replaced by a router of ours one at a time: it answers as the original did, up to the order and the
/// moment in which news is told.
/// </summary>
public sealed class CaptureRouterTests
{
    private const int HeaderAndFlag = 8;

    public static TheoryData<string, string> Hosts()
    {
        TheoryData<string, string> rows = [];
        foreach ((string capture, int hosts) in new[] { ("plain3", 3), ("line3", 3), ("crypto2", 2), ("v1plain2", 2), ("v1crypto2", 2), ("trusted2", 2), ("tie2", 2) })
        {
            for (int host = 1; host <= hosts; host++)
            {
                rows.Add(capture, $"10.77.0.{host}");
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Our_router_introduces_itself_and_tells_of_itself_as_the_original_did(string capture, string host)
    {
        foreach (CaptureReply reply in Replay(capture, host))
        {
            Assert.Null(reply.Failure);
            Assert.Equal(reply.Ours.Features, reply.Features!);
            IReadOnlyList<string> recorded = CaptureReply.Tellings(reply.Ours.Messages, reply.Ours.Name);
            Assert.Equal(recorded.Count > 0, reply.Ours.Messages.Count > 0);
            Assert.Equal(recorded, CaptureReply.Tellings(reply.Messages, reply.Ours.Name));

            byte[] stream = PcapFile.Conversations(Vectors.Path($"captures/{capture}.pcap"))
                .Where(conversation => conversation.Dialler.Equals(reply.Ours.Outbound ? reply.Ours.Local : reply.Ours.Remote))
                .Select(conversation => reply.Ours.Outbound ? conversation.FromDialler : conversation.FromAcceptor).Single();
            int certain = reply.Ours.MaxVersion == 1 || reply.Theirs.MaxVersion == 1 ? HeaderAndFlag - 1
                : HeaderAndFlag + (reply.Ours.Password is null ? 0 : BoxKeys.Size);
            Assert.Equal(stream[..certain], reply.Bytes[..certain].ToArray());
        }
    }

    /// <remarks>Not plain3, where hosts leave.</remarks>
    [Theory]
    [InlineData("line3", "10.77.0.1", 3)]
    [InlineData("line3", "10.77.0.2", 3)]
    [InlineData("line3", "10.77.0.3", 3)]
    [InlineData("crypto2", "10.77.0.1", 2)]
    [InlineData("v1plain2", "10.77.0.1", 2)]
    [InlineData("v1crypto2", "10.77.0.2", 2)]
    [InlineData("trusted2", "10.77.0.2", 2)]
    [InlineData("tie2", "10.77.0.1", 2)]
    public void Our_router_knows_of_others_the_newest_that_it_was_told(string capture, string host, int peers)
    {
        CaptureHost replayed = CaptureHost.Replay(capture, host);
        PeerName self = replayed.Router.Self;
        IReadOnlyList<PeerRecord> known = replayed.Status.Peers;
        Assert.Equal(peers, known.Count);
        foreach (PeerRecord other in known.Where(peer => peer.Name != self))
        {
            IEnumerable<byte[]> told = replayed.Replies.SelectMany(reply => reply.Theirs.Messages);
            Assert.Equal(CaptureReply.Told(told, other.Name).Max(peer => peer.Version), other.Version);
        }
    }

    [Theory]
    [InlineData("10.77.0.1", 2)]
    [InlineData("10.77.0.3", 2)]
    public void A_relay_passes_unicasts_and_broadcasts_on(string to, int leastUnicasts)
    {
        CaptureReply reply = Replay("line3", "10.77.0.2").Single(reply => reply.Theirs.Local.Address.ToString() == to);
        Assert.Equal(Relayed(reply.Ours, reply.Ours.Messages, MessageTag.Unicast), Relayed(reply.Ours, reply.Messages, MessageTag.Unicast));
        Assert.True(Relayed(reply.Ours, reply.Messages, MessageTag.Unicast).Count >= leastUnicasts);
        Assert.NotEmpty(Relayed(reply.Ours, reply.Messages, MessageTag.Broadcast));
    }

    [Theory]
    [InlineData("10.77.0.1")]
    [InlineData("10.77.0.2")]
    public void Of_duplicate_connections_the_same_one_stays(string host)
    {
        IReadOnlyList<CaptureReply> replies = Replay("tie2", host);
        Assert.Equal(4, replies.Count);
        Assert.Null(replies[0].Closed);
        Assert.All(replies.Skip(1), reply =>
        {
            Assert.StartsWith("Multiple connections to", reply.Closed!, StringComparison.Ordinal);
            Assert.Empty(reply.Messages);
        });
    }

    private static IReadOnlyList<CaptureReply> Replay(string capture, string host)
    {
        IReadOnlyList<CaptureReply> replies = CaptureHost.Replay(capture, host).Replies;
        Assert.NotEmpty(replies);
        return replies;
    }

    /// <summary>Messages of a kind that others began, whole.</summary>
    private static List<string> Relayed(RecordedSide self, IEnumerable<byte[]> messages, MessageTag tag) =>
        [.. messages.Where(message => (MessageTag)message[0] == tag && GossipEnvelope.TryRead(message, out GossipEnvelope envelope, out _) && envelope.Source != self.Name)
            .Select(Convert.ToHexStringLower)];
}
