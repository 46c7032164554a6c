using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// The topology as two graphs over ranks (a peer's place in ascending order of names). Immutable, so that tables made
/// from it can be read from any thread.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.11.</remarks>
internal sealed class RouteGraph
{
    private readonly Dictionary<PeerName, int> _ranks;

    private RouteGraph(long revision, PeerName[] names, Dictionary<PeerName, int> ranks, int self)
    {
        Revision = revision;
        Names = names;
        _ranks = ranks;
        Self = self;
    }

    /// <summary>The topology's revision that this shows.</summary>
    internal long Revision { get; }

    /// <summary>Names by rank.</summary>
    internal PeerName[] Names { get; }

    /// <summary>Our own rank.</summary>
    internal int Self { get; }

    /// <summary>Every link that any peer lists.</summary>
    internal required Adjacency All { get; init; }

    /// <summary>Links that both ends list as established.</summary>
    internal required Adjacency Established { get; init; }

    /// <summary>Per rank, the short id when the peer owns one.</summary>
    internal required ShortId?[] ShortIds { get; init; }

    internal static RouteGraph From(Topology topology, RouteGraph? previous)
    {
        bool sameNames = previous is not null && topology.Names.SequenceEqual(previous.Names);
        PeerName[] names = sameNames ? previous!.Names : [.. topology.Names];
        Dictionary<PeerName, int> ranks = sameNames ? previous!._ranks : RankAll(names);
        PeerEntry[] entries = Array.ConvertAll(names, name => topology.Entry(name)!);
        return new RouteGraph(topology.Revision, names, ranks, ranks[topology.SelfName])
        {
            All = Connect(entries, ranks, static (_, _, _) => true),
            Established = Connect(entries, ranks, IsEstablished),
            ShortIds = Array.ConvertAll(
                entries,
                entry => entry.ShortId is ShortId id && topology.OwnerOf(id) == entry.Name ? entry.ShortId : null),
        };
    }

    internal bool TryRank(PeerName name, out int rank) => _ranks.TryGetValue(name, out rank);

    /// <summary>We and <paramref name="neighbour"/> both list our link as established.</summary>
    internal bool IsLinkEstablished(PeerName neighbour) => TryRank(neighbour, out int rank) && Established.Of(Self).Contains(rank);

    /// <summary>Peers reachable from us over any link, and over <paramref name="also"/> as if we were linked to them.</summary>
    internal HashSet<PeerName> Reachable(IReadOnlyCollection<PeerName> also)
    {
        List<int> extra = [.. also.Where(_ranks.ContainsKey).Select(name => _ranks[name])];
        Adjacency graph = extra.Count == 0 ? All : All.With(Self, extra);
        int[] hops = new int[Names.Length];
        graph.Search(Self, Adjacency.Unreached, hops);
        HashSet<PeerName> reached = new(Names.Length);
        for (int rank = 0; rank < hops.Length; rank++)
        {
            if (hops[rank] != Adjacency.Unreached)
            {
                reached.Add(Names[rank]);
            }
        }

        return reached;
    }

    /// <summary>Everything that the established routes depend on is the same.</summary>
    internal bool SameDataPlane(RouteGraph other) =>
        Self == other.Self
        && (ReferenceEquals(Names, other.Names) || Names.AsSpan().SequenceEqual(other.Names))
        && ShortIds.AsSpan().SequenceEqual(other.ShortIds)
        && Established.SameAs(other.Established);

    private static Dictionary<PeerName, int> RankAll(PeerName[] names)
    {
        Dictionary<PeerName, int> ranks = new(names.Length);
        for (int rank = 0; rank < names.Length; rank++)
        {
            ranks.Add(names[rank], rank);
        }

        return ranks;
    }

    private static Adjacency Connect(
        PeerEntry[] entries, Dictionary<PeerName, int> ranks, Func<PeerEntry, PeerLink, PeerEntry, bool> counts)
    {
        int[] starts = new int[entries.Length + 1];
        List<int> targets = new(entries.Length * 4);
        for (int rank = 0; rank < entries.Length; rank++)
        {
            PeerEntry from = entries[rank];
            foreach (PeerLink link in from.Links)
            {
                if (ranks.TryGetValue(link.Remote, out int to) && counts(from, link, entries[to]))
                {
                    targets.Add(to);
                }
            }

            starts[rank + 1] = targets.Count;
        }

        return new Adjacency(starts, [.. targets]);
    }

    private static bool IsEstablished(PeerEntry from, PeerLink link, PeerEntry to) =>
        link.Established && to.TryFindLink(from.Name, out PeerLink back) && back.Established;
}
