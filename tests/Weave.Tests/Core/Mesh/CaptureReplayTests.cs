using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using PeerRecord = Weave.Wire.Mesh.PeerRecord;

namespace Weave.Tests.Core.Mesh;

/// <summary>
/// Recorded connections between originals: our session takes the place of each side in turn, is fed what the other
/// sent, and has to find the same messages and to send the same bytes.
/// </summary>
public sealed class CaptureReplayTests
{
    public static TheoryData<string, int, string> Sides()
    {
        TheoryData<string, int, string> rows = [];
        foreach (string capture in new[] { "plain3", "line3", "crypto2", "v1plain2", "v1crypto2", "trusted2", "tie2" })
        {
            JsonElement[] connections = [.. Connections(capture)];
            for (int i = 0; i < connections.Length; i++)
            {
                if (connections[i].GetProperty("bytesFromDialler").GetInt32() > 0)
                {
                    rows.Add(capture, i, "Dialler");
                    rows.Add(capture, i, "Acceptor");
                }
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void Our_session_finds_and_sends_what_the_original_did(string capture, int index, string side)
    {
        JsonElement connection = Connections(capture)[index];
        TcpConversation conversation = Conversation(capture, connection);
        bool outbound = side == "Dialler";
        byte[] input = outbound ? conversation.FromAcceptor : conversation.FromDialler;
        byte[] recorded = outbound ? conversation.FromDialler : conversation.FromAcceptor;
        JsonElement[] ours = [.. connection.GetProperty(outbound ? "fromDialler" : "fromAcceptor").EnumerateArray()];
        JsonElement[] theirs = [.. connection.GetProperty(outbound ? "fromAcceptor" : "fromDialler").EnumerateArray()];

        MeshSession session = Session(capture, ours, outbound);
        ArrayBufferWriter<byte> output = new();
        List<MeshSessionEvent> events = [];
        session.Start(output);
        Feed(session, input, output, events, seed: (ulong)index);

        MeshSessionEvent.Introduced introduced = Assert.IsType<MeshSessionEvent.Introduced>(events[0]);
        Assert.Equal(Features(theirs), introduced.RemoteFeatures);
        Assert.Equal(Messages(theirs), events.Skip(1).Select(found => Convert.ToHexStringLower(Assert.IsType<MeshSessionEvent.Message>(found).Bytes.Span)));

        int introduction = output.WrittenCount;
        foreach (string message in Messages(ours))
        {
            Assert.Null(session.WriteMessage(Convert.FromHexString(message), output));
        }

        Assert.Equal(recorded.Length, output.WrittenCount);
        Assert.Equal(recorded.AsSpan(0, 8).ToArray(), output.WrittenSpan[..8].ToArray());
        Assert.Equal(recorded.AsSpan(introduction).ToArray(), output.WrittenSpan[introduction..].ToArray());
    }

    [Theory]
    [InlineData(0, "password specified, but peer requested an unencrypted connection")]
    [InlineData(2, "Unable to decrypt TCP msg")]
    public void A_wrong_password_ends_as_recorded(int index, string reason)
    {
        TcpConversation conversation = Conversation("mismatch2", Connections("mismatch2")[index]);
        MeshSession session = new(new MeshSessionOptions(1, 2, "not it", new Dictionary<string, string>(), false), new SeededRandom(1));
        List<MeshSessionEvent> events = [];
        Feed(session, conversation.FromDialler, new ArrayBufferWriter<byte>(), events, seed: 1);
        Assert.Equal(reason, Assert.IsType<MeshSessionEvent.Failed>(Assert.Single(events)).Reason);
    }

    [Theory]
    [InlineData("plain3")]
    [InlineData("line3")]
    [InlineData("crypto2")]
    [InlineData("v1plain2")]
    [InlineData("v1crypto2")]
    [InlineData("trusted2")]
    [InlineData("tie2")]
    public void Every_recorded_topology_update_is_read_as_recorded_and_written_to_the_same_content(string capture)
    {
        int seen = 0;
        foreach (JsonElement message in Connections(capture).SelectMany(AllMessages).Where(message =>
            message.TryGetProperty("channel", out JsonElement channel) && channel.GetString() == "topology"))
        {
            Assert.True(GossipEnvelope.TryRead(message.GetProperty("hex").Hex(), out GossipEnvelope envelope, out string? error), error);
            Assert.True(TopologyPayload.TryRead(envelope.Payload, out List<PeerRecord> peers, out error), error);
            string[] expected = [.. message.GetProperty("decoded").EnumerateArray().Select(peer => Sorted(peer.GetString()!))];
            Assert.Equal(expected, peers.Select(peer => Sorted(Text(peer))));

            byte[] written = TopologyPayload.Write(peers);
            Assert.True(TopologyPayload.TryRead(written, out List<PeerRecord> again, out error), error);
            Assert.Equal(expected, again.Select(peer => Sorted(Text(peer))));
            seen++;
        }

        Assert.True(seen > 0, "no topology in the capture");
    }

    private static MeshSession Session(string capture, JsonElement[] ours, bool outbound)
    {
        JsonElement header = ours[0];
        SortedDictionary<string, string> features = Features(ours);
        (byte[] key, string? password) = Key(capture, features[FeatureKeys.ConnId]);
        return new MeshSession(
            new MeshSessionOptions(header.GetProperty("min").GetInt32(), header.GetProperty("max").GetInt32(), password, features, outbound),
            new FixedKeyRandom(key));
    }

    private static (byte[] Key, string? Password) Key(string capture, string connId)
    {
        string file = Vectors.Path($"captures/{capture}.keys.jsonl");
        if (!File.Exists(file))
        {
            return (new byte[32], null);
        }

        JsonElement line = File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement)
            .Single(line => line.GetProperty("connID").GetString() == connId);
        return (line.GetProperty("localPrivateKey").Hex(), line.GetProperty("password").GetString());
    }

    private static void Feed(MeshSession session, byte[] input, ArrayBufferWriter<byte> output, List<MeshSessionEvent> events, ulong seed)
    {
        SeededRandom random = new(seed);
        for (int at = 0; at < input.Length;)
        {
            int piece = Math.Min(input.Length - at, 1 + random.Next(200));
            session.Receive(input.AsSpan(at, piece), output, events);
            at += piece;
        }
    }

    private static JsonElement[] Connections(string capture) =>
        [.. Vectors.Json($"captures/{capture}.decoded.json").GetProperty("tcpConnections").EnumerateArray()];

    private static TcpConversation Conversation(string capture, JsonElement connection) =>
        PcapFile.Conversations(Vectors.Path($"captures/{capture}.pcap")).Single(conversation =>
            conversation.Dialler.ToString() == connection.GetProperty("dialler").GetString()
            && conversation.Acceptor.ToString() == connection.GetProperty("acceptor").GetString());

    private static SortedDictionary<string, string> Features(JsonElement[] sent)
    {
        JsonElement features = sent.Single(part => part.TryGetProperty("features", out _)).GetProperty("features");
        return new SortedDictionary<string, string>(
            features.EnumerateObject().Where(feature => feature.Name != FeatureKeys.PublicKey)
                .ToDictionary(feature => feature.Name, feature => feature.Value.GetString()!),
            StringComparer.Ordinal);
    }

    private static IEnumerable<string> Messages(JsonElement[] sent) =>
        sent.Where(part => part.TryGetProperty("tag", out _)).Select(part => part.GetProperty("hex").GetString()!);

    private static IEnumerable<JsonElement> AllMessages(JsonElement connection) =>
        connection.GetProperty("fromDialler").EnumerateArray().Concat(connection.GetProperty("fromAcceptor").EnumerateArray());

    /// <summary>As the recording writes a peer.</summary>
    private static string Text(PeerRecord peer)
    {
        string links = string.Concat(peer.Links.Select(link => string.Create(
            CultureInfo.InvariantCulture, $" [{link.Remote} {link.Address} out={(link.Outbound ? "true" : "false")} est={(link.Established ? "true" : "false")}]")));
        return $"{peer.Name}({peer.Nickname}) uid={peer.Uid} version={peer.Version} shortid={peer.ShortId?.Value ?? 0} has={(peer.ShortId is null ? "false" : "true")}{links}";
    }

    private static string Sorted(string text) => string.Join(' ', text.Split(' ').Order(StringComparer.Ordinal));
}
