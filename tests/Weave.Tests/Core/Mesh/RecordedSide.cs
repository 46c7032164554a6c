using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>One side of a recorded connection: who it was, and what it sent.</summary>
internal sealed partial record RecordedSide(
    IPEndPoint Local, IPEndPoint Remote, bool Outbound, byte MinVersion, byte MaxVersion,
    IReadOnlyDictionary<string, string> Features, string? Password, byte[] PrivateKey, ShortId ShortId, IReadOnlyList<byte[]> Messages)
{
    private const byte OverlayControlTag = 7;

    internal PeerName Name => PeerName.Parse(Features[FeatureKeys.Name]);

    internal ulong ConnectionPart => ulong.Parse(Features[FeatureKeys.ConnId], CultureInfo.InvariantCulture);

    internal IEnumerable<byte[]> OverlayMessages => Messages.Where(message => message[0] is 1 or 2 or 3 or OverlayControlTag);

    internal static RecordedSide From(string capture, IPEndPoint local, IPEndPoint remote, bool outbound, JsonElement[] sent)
    {
        SortedDictionary<string, string> features = new(
            sent.Single(part => part.TryGetProperty("features", out _)).GetProperty("features").EnumerateObject()
                .Where(feature => feature.Name != FeatureKeys.PublicKey)
                .ToDictionary(feature => feature.Name, feature => feature.Value.GetString()!),
            StringComparer.Ordinal);
        (byte[] key, string? password) = Key(capture, features[FeatureKeys.ConnId]);
        return new RecordedSide(
            local, remote, outbound, sent[0].GetProperty("min").GetByte(), sent[0].GetProperty("max").GetByte(), features, password, key,
            ShortIdOf(features, sent), [.. sent.Where(part => part.TryGetProperty("tag", out _)).Select(part => part.GetProperty("hex").Hex())]);
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

    /// <summary>Version 1 tells it in the topology only.</summary>
    private static ShortId ShortIdOf(IReadOnlyDictionary<string, string> features, JsonElement[] sent)
    {
        string? text = features.GetValueOrDefault(FeatureKeys.ShortId);
        foreach (JsonElement part in sent.Where(part => text is null && part.TryGetProperty("channel", out JsonElement channel) && channel.GetString() == "topology"))
        {
            string? own = part.GetProperty("decoded").EnumerateArray().Select(peer => peer.GetString()!)
                .FirstOrDefault(peer => peer.StartsWith(features[FeatureKeys.Name], StringComparison.Ordinal));
            text = own is null ? null : ShortIdText().Match(own).Groups[1].Value;
        }

        return new ShortId(ushort.Parse(text!, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("shortid=([0-9]+)")]
    private static partial Regex ShortIdText();
}
