using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>Entries of the topology to be told: only their names are kept, so that a late message carries the newest.</summary>
/// <remarks>docs/wire/mesh.md §1.12, §1.13.</remarks>
internal sealed class TopologyGossip : GossipData
{
    private readonly Topology _topology;
    private readonly IReadOnlyList<PeerName> _names;
    private byte[] _encoded = [];
    private long _encodedRevision = -1;

    /// <param name="topology">Where the entries are read when they are sent.</param>
    /// <param name="names">Ascending, each once; kept, so it must not change.</param>
    internal TopologyGossip(Topology topology, IReadOnlyList<PeerName> names)
    {
        _topology = topology;
        _names = names;
    }

    public override GossipData Merge(GossipData newer)
    {
        IReadOnlyList<PeerName> others = ((TopologyGossip)newer)._names;
        return ReferenceEquals(others, _names) ? this : new TopologyGossip(_topology, Union(_names, others));
    }

    public override void Encode(ICollection<byte[]> payloads)
    {
        // The same datum waits on many connections: encoded once for all that send it before the next change.
        if (_encodedRevision != _topology.Revision)
        {
            _encoded = TopologyPayload.Write(_names.Select(_topology.Find).OfType<PeerRecord>());
            _encodedRevision = _topology.Revision;
        }

        if (_encoded.Length > 0)
        {
            payloads.Add(_encoded);
        }
    }

    private static List<PeerName> Union(IReadOnlyList<PeerName> a, IReadOnlyList<PeerName> b)
    {
        List<PeerName> union = new(Math.Max(a.Count, b.Count));
        for (int i = 0, j = 0; i < a.Count || j < b.Count;)
        {
            int order = i == a.Count ? 1 : j == b.Count ? -1 : a[i].CompareTo(b[j]);
            union.Add(order <= 0 ? a[i] : b[j]);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return union;
    }
}
