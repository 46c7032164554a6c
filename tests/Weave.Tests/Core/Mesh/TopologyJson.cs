using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>Reads peers as the recorded vectors write them.</summary>
internal static class TopologyJson
{
    internal static PeerName Name(this JsonElement element) => PeerName.Parse(element.GetString()!);

    internal static PeerRecord Peer(this JsonElement element)
    {
        List<PeerLink> links = [];
        JsonElement connections = element.GetProperty("Connections");
        if (connections.ValueKind == JsonValueKind.Array)
        {
            links.AddRange(connections.EnumerateArray().Select(link => new PeerLink(
                link.GetProperty("Peer").Name(),
                link.GetProperty("Addr").GetString()!,
                link.GetProperty("Outbound").GetBoolean(),
                link.GetProperty("Established").GetBoolean())));
        }

        return new PeerRecord(
            element.GetProperty("Name").Name(),
            element.GetProperty("NickName").GetString()!,
            element.GetProperty("UID").GetUInt64(),
            element.GetProperty("Version").GetUInt64(),
            element.GetProperty("HasShortID").GetBoolean() ? new ShortId(element.GetProperty("ShortID").GetUInt16()) : null,
            links);
    }

    internal static List<PeerRecord> Peers(this JsonElement element) => [.. element.EnumerateArray().Select(Peer)];

    /// <summary>A topology as <paramref name="self"/> has it, told of <paramref name="others"/>.</summary>
    internal static Topology Build(PeerRecord self, IEnumerable<PeerRecord> others, TopologyChanges? changes = null)
    {
        ulong linkChanges = (ulong)self.Links.Count;
        Topology topology = new(self.Name, self.Nickname, self.Uid, self.ShortId!.Value, new SeededRandom(1), self.Version - linkChanges);
        topology.Merge([.. others.Where(peer => peer.Name != self.Name)], changes ?? new TopologyChanges());
        foreach (PeerLink link in self.Links)
        {
            topology.SetOwnLink(link);
        }

        return topology;
    }

    internal static string Describe(PeerRecord peer) =>
        $"{peer.Name} {peer.Nickname} {peer.Uid} v{peer.Version} s{peer.ShortId} "
        + string.Join(' ', peer.Links.OrderBy(link => link.Remote).Select(link => $"[{link.Remote} {link.Address} {link.Outbound} {link.Established}]"));

    internal static IEnumerable<string> Describe(Topology topology) => topology.Names.Select(name => Describe(topology.Find(name)!));
}
