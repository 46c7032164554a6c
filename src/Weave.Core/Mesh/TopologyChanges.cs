using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>What happened to the topology during one step, for those who must be told. Filled by <see cref="Topology"/>.</summary>
public sealed class TopologyChanges
{
    /// <summary>Peers that became known, placeholders included.</summary>
    public List<PeerName> Added { get; } = [];

    /// <summary>Peers that were collected, as they were.</summary>
    public List<PeerRecord> Removed { get; } = [];

    /// <summary>Our own entry changed and is to be announced.</summary>
    public bool SelfChanged { get; set; }

    /// <summary>A short id has another owner than before: cached datapath decisions may be wrong.</summary>
    public bool ShortIdsMoved { get; set; }

    /// <summary>
    /// Somebody told of a peer with our name but another UID and a version not below ours: an earlier incarnation of
    /// ourselves, or another machine that has our name.
    /// </summary>
    public PeerRecord? Namesake { get; set; }

    public void Clear()
    {
        Added.Clear();
        Removed.Clear();
        SelfChanged = false;
        ShortIdsMoved = false;
        Namesake = null;
    }
}
