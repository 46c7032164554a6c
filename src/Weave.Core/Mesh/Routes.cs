using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Both route tables of this peer. A change asks for a recalculation, which is put off a little so that many changes
/// cost one.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.11.</remarks>
public sealed class Routes
{
    /// <summary>Changes within this time share one recalculation (docs/wire/mesh.md §1.11).</summary>
    public static readonly TimeSpan Deferral = TimeSpan.FromMilliseconds(100);

    private readonly Topology _topology;

    public Routes(Topology topology)
    {
        _topology = topology;
        All = new RouteTable(topology.Graph, topology.Graph.All);
        Established = new RouteTable(topology.Graph, topology.Graph.Established);
    }

    /// <summary>When <see cref="Recalculate"/> is due; null when nothing changed.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>Data frames go by these: links that both ends call established.</summary>
    public RoutesSnapshot Data => Established;

    internal RouteTable All { get; private set; }

    internal RouteTable Established { get; private set; }

    public void Request(TimeSpan now) => Due ??= now + Deferral;

    /// <summary>Makes the tables anew.</summary>
    /// <param name="lingering">
    /// Neighbours whose overlay outlives their control connection. Such a link is used only to reach a neighbour that
    /// the topology shows no other way to: others do not know of it, so next to a known way it would double broadcasts.
    /// </param>
    /// <param name="direct">
    /// Neighbours whose overlay works though the topology may not say so: frames for them, and for them alone, go straight.
    /// </param>
    /// <returns>The data plane's routes changed.</returns>
    public bool Recalculate(IReadOnlyCollection<PeerName> lingering, IReadOnlyCollection<PeerName> direct)
    {
        Due = null;
        RouteGraph graph = _topology.Graph;
        All = new RouteTable(graph, graph.All);
        RouteTable before = Established;
        RouteTable after = new(graph, graph.Established);
        List<int> cutOff = CutOff(after, lingering);
        if (cutOff.Count > 0)
        {
            after = new RouteTable(graph, graph.Established.With(graph.Self, cutOff));
        }

        after.GoStraightTo(direct);
        if (graph.SameDataPlane(before.Graph) && after.Links.SameAs(before.Links) && after.Hops.SequenceEqual(before.Hops))
        {
            return false;
        }

        Established = after;
        return true;
    }

    /// <summary>Next hop for control messages; <see cref="PeerName.Unknown"/> for ourselves.</summary>
    public bool TryNextHop(PeerName destination, out PeerName hop) => All.TryNextHop(destination, out hop);

    /// <summary>The neighbours to which a control broadcast of <paramref name="originator"/> is passed on.</summary>
    public IReadOnlyList<PeerName> BroadcastAll(PeerName originator) => All.Broadcast(originator);

    /// <summary>The neighbours that gossip goes to, except the one it came from.</summary>
    public IReadOnlyList<PeerName> ChooseNeighbours(PeerName? except, IRandom random) =>
        RandomNeighbours.Choose(All, except, random);

    private static List<int> CutOff(RouteTable established, IReadOnlyCollection<PeerName> lingering)
    {
        List<int> ranks = [];
        foreach (PeerName neighbour in lingering)
        {
            if (established.Graph.TryRank(neighbour, out int rank) && established.Hops[rank] == Adjacency.Unreached)
            {
                ranks.Add(rank);
            }
        }

        ranks.Sort();
        return ranks;
    }
}
