using System.Buffers;
using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Tests.Support;

namespace Weave.Tests.Core.Mesh;

/// <summary>Recorded handshakes of both versions: each side of ours is fed what the original's other side sent, split everywhere.</summary>
public sealed class MeshSessionVectorTests
{
    public static TheoryData<string, string> Recorded()
    {
        TheoryData<string, string> rows = [];
        foreach (string file in new[]
        {
            "v1_plain", "v1_encrypted", "v2_plain", "v2_encrypted", "v1_only_a_has_password", "v2_only_a_has_password",
            "v2_password_mismatch", "no_common_version",
        })
        {
            rows.Add(file, "a");
            rows.Add(file, "b");
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void The_outcome_is_the_recorded_one_at_every_split_point(string file, string side)
    {
        JsonElement recorded = Vectors.Json($"handshake/{file}.json");
        byte[] input = recorded.GetProperty(side == "a" ? "streamBtoA" : "streamAtoB").Hex();
        string expected = Expected(recorded.GetProperty(side));
        for (int split = 0; split <= input.Length; split++)
        {
            Side ours = new(recorded.GetProperty(side));
            ours.Receive(input.AsSpan(0, split));
            ours.Receive(input.AsSpan(split));
            Assert.Equal(expected, ours.Outcome);
        }

        Side byteByByte = new(recorded.GetProperty(side));
        foreach (byte b in input)
        {
            byteByByte.Receive([b]);
        }

        Assert.Equal(expected, byteByByte.Outcome);
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void What_we_send_is_as_recorded_up_to_the_order_of_the_features(string file, string side)
    {
        JsonElement recorded = Vectors.Json($"handshake/{file}.json");
        JsonElement other = recorded.GetProperty(side == "a" ? "b" : "a");
        byte[] input = recorded.GetProperty(side == "a" ? "streamBtoA" : "streamAtoB").Hex();
        byte[] sent = recorded.GetProperty(side == "a" ? "streamAtoB" : "streamBtoA").Hex();
        Side ours = new(recorded.GetProperty(side));
        ours.Receive(input);
        if (ours.Session.IsIntroduced)
        {
            foreach (JsonElement message in recorded.GetProperty(side).GetProperty("messagesSentAfterIntro").EnumerateArray())
            {
                ours.Send(message.Hex());
            }
        }

        // The feature map is the only part whose order is free, and its size is not: only its content may differ.
        if (recorded.GetProperty(side).GetProperty("result").TryGetProperty("version", out _))
        {
            Assert.Equal(sent.Length, ours.Output.WrittenCount);
            Side theirs = new(other);
            theirs.Receive(ours.Output.WrittenSpan);
            Assert.Equal(Expected(other), theirs.Outcome);
        }
        else
        {
            Assert.StartsWith(Convert.ToHexString(sent.AsSpan(0, Math.Min(sent.Length, 8))), Convert.ToHexString(ours.Output.WrittenSpan));
            Assert.Equal(sent.Length, ours.Output.WrittenCount);
        }
    }

    [Fact]
    public void Version_negotiation_is_the_recorded_one()
    {
        foreach (JsonElement vector in Vectors.Json("handshake/version_negotiation.json").EnumerateArray())
        {
            Assert.Equal(JsonValueKind.Null, vector.GetProperty("panic").ValueKind);
            JsonElement our = vector.GetProperty("our");
            JsonElement their = vector.GetProperty("their");
            ArrayBufferWriter<byte> output = new();
            List<MeshSessionEvent> events = [];
            MeshSession session = new(
                new MeshSessionOptions(our[0].GetInt32(), our[1].GetInt32(), null, new Dictionary<string, string>(), true),
                new SeededRandom(1));
            session.Start(output);
            session.Receive([.. "weave"u8, their[0].GetByte(), their[1].GetByte()], output, events);
            int chosen = vector.GetProperty("chosen").GetInt32();
            if (chosen == 0)
            {
                Assert.Equal(vector.GetProperty("error").GetString(), Assert.IsType<MeshSessionEvent.Failed>(Assert.Single(events)).Reason);
            }
            else
            {
                Assert.Empty(events);
                Assert.Equal(chosen == 2 ? 0 : 0x0e, output.WrittenSpan[7]); // the flag, or the first definition
            }
        }
    }

    private static string Expected(JsonElement side)
    {
        JsonElement result = side.GetProperty("result");
        if (result.GetProperty("error").GetString() is { } error)
        {
            return $"failed: {error}";
        }

        IEnumerable<string> features = result.GetProperty("featuresReceived").EnumerateObject()
            .OrderBy(feature => feature.Name, StringComparer.Ordinal).Select(feature => $"{feature.Name}={feature.Value}");
        string key = result.TryGetProperty("sessionKey", out JsonElement hex) ? hex.GetString()! : "";
        IEnumerable<string> messages = result.GetProperty("messagesReceived").EnumerateArray().Select(message => message.GetString()!);
        return $"version {result.GetProperty("version")} {string.Join(',', features)} key {key} {string.Join(' ', messages)}";
    }

    /// <summary>One of our sessions in the place of a recorded side.</summary>
    private sealed class Side
    {
        private readonly List<MeshSessionEvent> _events = [];

        internal Side(JsonElement side)
        {
            Dictionary<string, string> features = side.GetProperty("features").EnumerateObject()
                .ToDictionary(feature => feature.Name, feature => feature.Value.GetString()!);
            JsonElement keys = side.GetProperty("keys");
            byte[] key = keys.ValueKind == JsonValueKind.Object ? keys.GetProperty("localPrivateKey").Hex() : new byte[32];
            bool outbound = side.GetProperty("role").GetString()!.Contains("outbound", StringComparison.Ordinal);
            Session = new MeshSession(
                new MeshSessionOptions(
                    side.GetProperty("minVersion").GetInt32(),
                    side.GetProperty("maxVersion").GetInt32(),
                    side.GetProperty("password").GetString(),
                    features,
                    outbound),
                new FixedKeyRandom(key));
            Session.Start(Output);
        }

        internal MeshSession Session { get; }

        internal ArrayBufferWriter<byte> Output { get; } = new();

        internal string Outcome => string.Join(' ', _events.Select(Describe));

        internal void Receive(ReadOnlySpan<byte> bytes) => Session.Receive(bytes, Output, _events);

        /// <summary>Without the guard: some of the recorded messages do not go with the recorded features.</summary>
        internal void Send(byte[] message) => Session.WriteFrame(message, Output);

        private static string Describe(MeshSessionEvent happened) => happened switch
        {
            MeshSessionEvent.Failed failed => $"failed: {failed.Reason}",
            MeshSessionEvent.Introduced introduced => $"version {introduced.Version} "
                + string.Join(',', introduced.RemoteFeatures.Select(feature => $"{feature.Key}={feature.Value}"))
                + $" key {(introduced.SessionKey is null ? "" : Convert.ToHexStringLower(introduced.SessionKey))}",
            MeshSessionEvent.Message message => Convert.ToHexStringLower(message.Bytes.Span),
            _ => throw new InvalidOperationException(),
        };
    }
}
