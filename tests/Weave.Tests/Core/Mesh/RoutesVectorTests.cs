using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>Tables that the original computed for recorded topologies, from the view of every peer.</summary>
public sealed class RoutesVectorTests
{
    private static readonly PeerName Node2 = PeerName.Parse("00:00:00:00:00:02");

    public static TheoryData<string> Cases() =>
        [.. Vectors.Json("logic/routes.json").GetProperty("cases").EnumerateArray().Select(row => row.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_peer_computes_the_tables_of_the_original(string name)
    {
        JsonElement row = Vectors.Json("logic/routes.json").GetProperty("cases").EnumerateArray()
            .Single(candidate => candidate.GetProperty("name").GetString() == name);
        List<PeerRecord> peers = row.GetProperty("topology").Peers();
        foreach (JsonProperty view in row.GetProperty("perPeer").EnumerateObject())
        {
            PeerName self = PeerName.Parse(view.Name);
            PeerRecord own = peers.Single(peer => peer.Name == self);
            Topology topology = TopologyJson.Build(own with { Version = (ulong)own.Links.Count }, peers);
            Routes routes = new(topology);

            AssertUnicast(view.Value.GetProperty("unicastAll"), routes.All);
            AssertUnicast(view.Value.GetProperty("unicastEstablished"), routes.Established);
            AssertBroadcast(view.Value.GetProperty("broadcastAll"), routes.All);
            AssertBroadcast(view.Value.GetProperty("broadcastEstablished"), routes.Established);
            SeededRandom dice = new(self.Value);
            Assert.Equal(view.Value.GetProperty("randomNeighbourCount").GetInt32(), routes.ChooseNeighbours(null, dice).Count);
            Assert.Equal(
                view.Value.GetProperty("randomNeighbourCountExceptNode2").GetInt32(),
                routes.ChooseNeighbours(Node2, dice).Count);
        }
    }

    [Fact]
    public void As_many_neighbours_are_chosen_as_by_the_original()
    {
        foreach (JsonElement row in Vectors.Json("logic/random_neighbours.json").EnumerateArray())
        {
            int neighbours = row.GetProperty("neighbours").GetInt32();
            Routes routes = new(Star(neighbours));
            IReadOnlyList<PeerName> chosen = routes.ChooseNeighbours(null, new SeededRandom(7));
            Assert.Equal(row.GetProperty("chosen").GetInt32(), chosen.Count);
            Assert.Equal(chosen.Distinct().Order(), chosen);
        }
    }

    private static Topology Star(int neighbours)
    {
        PeerName hub = new(1);
        PeerRecord self = new(hub, "hub", 1, (ulong)neighbours, new ShortId(1), [.. Enumerable.Range(2, neighbours).Select(n => Link(n))]);
        return TopologyJson.Build(self, Enumerable.Range(2, neighbours).Select(n => new PeerRecord(new PeerName((ulong)n), "", 1, 1, null, [Link(1)])));
    }

    private static PeerLink Link(int to) => new(new PeerName((ulong)to), "10.0.0.1:6783", true, true);

    private static void AssertUnicast(JsonElement expected, RoutesSnapshot actual) =>
        Assert.Equal(
            expected.EnumerateObject().Select(pair => (PeerName.Parse(pair.Name), pair.Value.Name())).Order(),
            actual.Unicast.Select(pair => (pair.Key, pair.Value)).Order());

    private static void AssertBroadcast(JsonElement expected, RoutesSnapshot actual)
    {
        foreach (JsonProperty source in expected.EnumerateObject())
        {
            Assert.Equal(
                source.Value.EnumerateArray().Select(TopologyJson.Name).Order(),
                actual.Broadcast(PeerName.Parse(source.Name)));
        }
    }
}
