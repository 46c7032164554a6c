using Weave.Core.Overlay.Datapath;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Overlay.Datapath;

/// <summary>Whatever the topology, the tables carry frames where they belong, once, and nothing circles for long.</summary>
public sealed class DatapathSpecProperties
{
    private const int Peers = 8;

    [Fact]
    public void Every_unicast_arrives_exactly_once_where_there_is_a_way()
    {
        ForEachTopology((seed, model, tables) =>
        {
            for (int from = 0; from < Peers; from++)
            {
                for (int to = 0; to < Peers; to++)
                {
                    bool reachable = from != to && model.RoutesOf(from).Unicast.ContainsKey(TopologyModel.Name(to));
                    ForwardingModel sent = new ForwardingModel(tables).Unicast(TopologyModel.Id(from), TopologyModel.Id(to));
                    Assert.True(
                        sent.Delivered.GetValueOrDefault(TopologyModel.Id(to)) == (reachable ? 1 : 0) && sent.Delivered.Count <= 1,
                        $"seed {seed}: {from} to {to}");
                }
            }
        });
    }

    [Fact]
    public void Every_broadcast_arrives_exactly_once_everywhere()
    {
        ForEachTopology((seed, model, tables) =>
        {
            for (int from = 0; from < Peers; from++)
            {
                Dictionary<ShortId, int> delivered = new ForwardingModel(tables).Broadcast(TopologyModel.Id(from)).Delivered;
                for (int to = 0; to < Peers; to++)
                {
                    bool reachable = from != to && model.RoutesOf(from).Unicast.ContainsKey(TopologyModel.Name(to));
                    Assert.True(delivered.GetValueOrDefault(TopologyModel.Id(to)) == (reachable ? 1 : 0), $"seed {seed}: {from} to {to}");
                }
            }
        });
    }

    [Fact]
    public void Peers_that_disagree_about_the_topology_cannot_make_a_unicast_circle_for_long()
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            Dictionary<ShortId, DatapathSpec> tables = Disagreeing(seed);
            foreach (ShortId from in tables.Keys)
            {
                foreach (ShortId to in tables.Keys)
                {
                    Assert.True(new ForwardingModel(tables).Unicast(from, to).Sent <= 64, $"seed {seed}: {from} to {to}");
                }
            }
        }
    }

    [Fact]
    public void Peers_that_disagree_cannot_make_a_broadcast_storm()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            Dictionary<ShortId, DatapathSpec> tables = Disagreeing(seed);
            foreach (ShortId from in tables.Keys)
            {
                // Each copy that is passed on came from the one upstream of its peer: at most a copy a hop, a link, and a peer.
                Assert.True(new ForwardingModel(tables).Broadcast(from).Sent <= 64 * Peers * Peers, $"seed {seed}: {from}");
            }
        }
    }

    private static void ForEachTopology(Action<ulong, TopologyModel, Dictionary<ShortId, DatapathSpec>> check)
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            TopologyModel model = TopologyModel.Random(seed, Peers);
            check(seed, model, Enumerable.Range(0, Peers).ToDictionary(TopologyModel.Id, peer => SpecOf(model, peer)));
        }
    }

    private static Dictionary<ShortId, DatapathSpec> Disagreeing(ulong seed)
    {
        SeededRandom random = new(seed);
        return Enumerable.Range(0, Peers).ToDictionary(
            peer => TopologyModel.Id(peer),
            peer => SpecOf(TopologyModel.Random((ulong)random.Next(1000), Peers), peer));
    }

    private static DatapathSpec SpecOf(TopologyModel model, int peer) => DatapathSpec.From(model.RoutesOf(peer), null, model.PathsOf(peer));
}
