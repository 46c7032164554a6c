using Weave.Wire.Gob;
using Weave.Wire.Primitives;

namespace Weave.Wire.Mesh;

/// <summary>The data of the channel <c>topology</c>: peers with their connections.</summary>
/// <remarks>docs/wire/mesh.md §1.13: one gob stream with two values per peer, the peer and the list of its links.</remarks>
public static class TopologyPayload
{
    public static byte[] Write(IEnumerable<PeerRecord> peers)
    {
        GobWriter writer = new(TopologyTypes.Schema);
        Span<byte> name = stackalloc byte[PeerName.Size];
        foreach (PeerRecord peer in peers)
        {
            writer.BeginValue(0);
            WritePeer(writer, peer, name);
            writer.EndValue();
            writer.BeginValue(1);
            writer.Slice(peer.Links.Count);
            foreach (PeerLink link in peer.Links)
            {
                WriteLink(writer, link, name);
            }

            writer.EndValue();
        }

        return writer.ToArray();
    }

    /// <summary>
    /// Reads all or nothing. Links come out in ascending order of the remote's name, the last one counting where a
    /// sender lists a remote twice.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out List<PeerRecord> peers, out string? error)
    {
        peers = [];
        SortedDictionary<PeerName, PeerLink> links = [];
        TopologyReader reader = new(payload);
        while (reader.NextPeer(out TopologyPeer peer))
        {
            links.Clear();
            while (reader.NextLink(out TopologyLink link))
            {
                links[link.Remote] = link.ToRecord();
            }

            peers.Add(new PeerRecord(peer.Name, peer.Nickname, peer.Uid, peer.Version, peer.ShortId, [.. links.Values]));
        }

        error = reader.Error;
        if (error is not null)
        {
            peers.Clear();
        }

        return error is null;
    }

    private static void WritePeer(GobWriter writer, PeerRecord peer, Span<byte> name)
    {
        if (peer.ShortId is { Value: >= ShortId.Count })
        {
            throw new InvalidOperationException($"short id {peer.ShortId} of {peer.Name} has more than twelve bits");
        }

        peer.Name.Write(name);
        writer.BeginStruct();
        writer.BytesField(TopologyTypes.PeerNameByte, name);
        writer.StringField(TopologyTypes.PeerNickName, peer.Nickname);
        writer.UIntField(TopologyTypes.PeerUid, peer.Uid);
        writer.UIntField(TopologyTypes.PeerVersion, peer.Version);
        writer.UIntField(TopologyTypes.PeerShortId, peer.ShortId?.Value ?? 0);
        writer.BoolField(TopologyTypes.PeerHasShortId, peer.ShortId is not null);
        writer.EndStruct();
    }

    private static void WriteLink(GobWriter writer, in PeerLink link, Span<byte> name)
    {
        link.Remote.Write(name);
        writer.BeginStruct();
        writer.BytesField(TopologyTypes.LinkNameByte, name);
        writer.StringField(TopologyTypes.LinkRemoteTcpAddr, link.Address);
        writer.BoolField(TopologyTypes.LinkOutbound, link.Outbound);
        writer.BoolField(TopologyTypes.LinkEstablished, link.Established);
        writer.EndStruct();
    }
}
