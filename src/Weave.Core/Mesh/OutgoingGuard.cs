using Weave.Wire.Mesh;

namespace Weave.Core.Mesh;

/// <summary>
/// The last look at a message before it leaves: whatever would crash or wedge an original peer is refused, wherever
/// in this process, or at which peer that we relay for, it came from.
/// </summary>
/// <remarks>docs/wire/mesh.md §8.</remarks>
internal sealed class OutgoingGuard
{
    /// <summary>Room for the tag of an encrypted message.</summary>
    private const int MaxMessageSize = MeshSession.MaxFrameSize - Crypto.SecretBox.TagSize;

    private readonly int? _commonOverlays;

    internal OutgoingGuard(
        int version, IReadOnlyDictionary<string, string> local, IReadOnlyDictionary<string, string> remote)
    {
        if (version > 1 && local.TryGetValue(FeatureKeys.Overlays, out string? ours)
            && remote.TryGetValue(FeatureKeys.Overlays, out string? theirs))
        {
            _commonOverlays = ours.Split(' ').Intersect(theirs.Split(' '), StringComparer.Ordinal).Count();
        }
    }

    /// <summary>Why the message must not leave; null when it may.</summary>
    internal string? Refuse(ReadOnlySpan<byte> message)
    {
        if (message.Length > MaxMessageSize)
        {
            return $"outgoing message exceeds maximum size: {message.Length} > {MaxMessageSize}";
        }

        return message.IsEmpty ? null : (MessageTag)message[0] switch
        {
            MessageTag.SleeveEstablished or MessageTag.SleeveFragmentationReceived or MessageTag.SleeveMtuVerified
                when _commonOverlays is not null => "control message of a bare sleeve on a connection with the overlay switch",
            MessageTag.OverlayControl => RefuseControl(message),
            MessageTag.Gossip or MessageTag.Unicast or MessageTag.Broadcast => RefuseGossip(message),
            _ => null,
        };
    }

    private static string? RefuseGossip(ReadOnlySpan<byte> message) =>
        GossipEnvelope.TryRead(message, out GossipEnvelope envelope, out string? error) ? PayloadGuard.Refuse(envelope) : error;

    private string? RefuseControl(ReadOnlySpan<byte> message)
    {
        if (!OverlayControl.TryRead(message, out OverlayControl control))
        {
            return "overlay control message without index and tag";
        }

        return control.Forwarder >= (_commonOverlays ?? 0) ? "overlay control message for an overlay that the peer does not have" : null;
    }
}
