using System.Security.Cryptography;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>Stands in for a channel that we do not know: passes on what it has not seen lately, keeps nothing else.</summary>
/// <remarks>docs/wire/mesh.md §1.12.</remarks>
internal sealed class SurrogateChannel : IGossipChannel
{
    /// <summary>How long a message is remembered (docs/wire/mesh.md §1.12).</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    /// <summary>More different messages than this within <see cref="Memory"/> push out the oldest.</summary>
    internal const int MaxRemembered = 4096;

    private readonly Queue<(Digest Digest, TimeSpan At)> _seen = new();
    private readonly HashSet<Digest> _seenSet = [];

    public TimeSpan? NextDeadline => null;

    public GossipData? CompleteState(Moment now) => null;

    public GossipOutcome OnGossip(Moment now, PeerName neighbour, ReadOnlySpan<byte> payload)
    {
        Digest digest = new(payload);
        if (_seenSet.Contains(digest))
        {
            return GossipOutcome.Nothing;
        }

        while (_seen.TryPeek(out (Digest Digest, TimeSpan At) oldest)
            && (oldest.At <= now.Elapsed - Memory || _seen.Count >= MaxRemembered))
        {
            _seen.Dequeue();
            _seenSet.Remove(oldest.Digest);
        }

        _seen.Enqueue((digest, now.Elapsed));
        _seenSet.Add(digest);
        return new GossipOutcome(new SurrogateGossip(payload.ToArray()));
    }

    public GossipOutcome OnBroadcast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) =>
        new(new SurrogateGossip(payload.ToArray()));

    public GossipOutcome OnUnicast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) => GossipOutcome.Nothing;

    public void OnPeerKnown(Moment now, PeerName peer)
    {
    }

    public void OnPeerForgotten(Moment now, PeerName peer)
    {
    }

    public void OnDeadline(Moment now)
    {
    }

    /// <summary>Half a SHA-256: remembers a message without keeping it.</summary>
    private readonly record struct Digest
    {
        private readonly UInt128 _value;

        internal Digest(ReadOnlySpan<byte> message)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(message, hash);
            _value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
        }
    }
}
