using System.Buffers;
using System.Globalization;
using Weave.Core.Mesh;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>What our router sent on one connection of a capture, as bytes and as the neighbour reads it.</summary>
internal sealed class CaptureReply
{
    private readonly MeshSession _reader;
    private readonly List<MeshSessionEvent> _events = [];
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal CaptureReply(ConnectionId id, RecordedSide ours, RecordedSide theirs)
    {
        Id = id;
        Ours = ours;
        Theirs = theirs;
        _reader = new MeshSession(
            new MeshSessionOptions(theirs.MinVersion, theirs.MaxVersion, theirs.Password, theirs.Features, !ours.Outbound),
            new FixedKeyRandom(theirs.PrivateKey));
        _reader.Start(new ArrayBufferWriter<byte>());
    }

    internal ConnectionId Id { get; }

    /// <summary>What the original sent in our place.</summary>
    internal RecordedSide Ours { get; }

    internal RecordedSide Theirs { get; }

    /// <summary>Why our router closed it, or took it for closed; null while it is open.</summary>
    internal string? Closed { get; set; }

    internal bool OverlayAnswered { get; set; }

    internal ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>The features that the neighbour found; null when it found none.</summary>
    internal IReadOnlyDictionary<string, string>? Features => _events.OfType<MeshSessionEvent.Introduced>().SingleOrDefault()?.RemoteFeatures;

    internal string? Failure => _events.OfType<MeshSessionEvent.Failed>().SingleOrDefault()?.Reason;

    internal IEnumerable<byte[]> Messages => _events.OfType<MeshSessionEvent.Message>().Select(message => message.Bytes.ToArray());

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        _reader.Receive(bytes, new ArrayBufferWriter<byte>(), _events);
    }

    /// <summary>What a side tells of <paramref name="peer"/>, each different telling once, in order.</summary>
    internal static IReadOnlyList<string> Tellings(IEnumerable<byte[]> messages, PeerName peer)
    {
        List<string> found = [];
        foreach (string text in Told(messages, peer).Select(Text))
        {
            if (found.Count == 0 || found[^1] != text)
            {
                found.Add(text);
            }
        }

        return found;
    }

    /// <summary>Every entry for <paramref name="peer"/> in gossip of the topology, in order.</summary>
    internal static IEnumerable<PeerRecord> Told(IEnumerable<byte[]> messages, PeerName peer)
    {
        foreach (byte[] message in messages)
        {
            if ((MessageTag)message[0] == MessageTag.Gossip && GossipEnvelope.TryRead(message, out GossipEnvelope envelope, out _)
                && envelope.ChannelName == "topology")
            {
                Assert.True(TopologyPayload.TryRead(envelope.Payload, out List<PeerRecord> peers, out string? error), error);
                foreach (PeerRecord told in peers.Where(told => told.Name == peer))
                {
                    yield return told;
                }
            }
        }
    }

    private static string Text(PeerRecord peer) => string.Create(
        CultureInfo.InvariantCulture,
        $"version {peer.Version} uid {peer.Uid} \"{peer.Nickname}\" short id {peer.ShortId}: {string.Join(", ", peer.Links)}");
}
