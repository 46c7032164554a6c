using Weave.Wire.Mesh;

namespace Weave.Fuzz.Mesh;

/// <summary>Topology payloads: what is read is written and read again the same.</summary>
public static class TopologyFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> payload)
    {
        if (!TopologyPayload.TryRead(payload, out List<PeerRecord> peers, out _))
        {
            return;
        }

        // Names of more than six bytes are known by their last six to the rest of the program.
        if (peers.Exists(peer => peer.Name.Value >> 48 != 0 || peer.Links.Any(link => link.Remote.Value >> 48 != 0)))
        {
            return;
        }

        if (!TopologyPayload.TryRead(TopologyPayload.Write(peers), out List<PeerRecord> again, out string? error)
            || !again.Select(Text).SequenceEqual(peers.Select(Text)))
        {
            throw new InvalidOperationException($"written and read again it differs: {error}");
        }
    }

    private static string Text(PeerRecord peer) =>
        $"{peer.Name} {peer.Nickname} {peer.Uid} {peer.Version} {peer.ShortId} {string.Join(' ', peer.Links)}";
}
