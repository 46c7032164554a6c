using Weave.Core.Mesh;
using Weave.Core.Overlay.Datapath;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Core.Overlay.Datapath;

public sealed class DatapathPlanTests
{
    private static readonly IReadOnlyDictionary<PeerName, NeighbourPath> NoPaths = new Dictionary<PeerName, NeighbourPath>();

    [Fact]
    public void In_a_pair_frames_go_to_the_neighbour_over_vxlan()
    {
        TopologyModel model = new(2, (_, _) => true);
        DatapathSpec spec = DatapathSpec.From(model.RoutesOf(0), null, model.PathsOf(0));
        Assert.Equal(TopologyModel.Id(0), spec.Self);
        Assert.Equal(DatapathRoute.Via(TopologyModel.Id(1)), spec.Routes[TopologyModel.Id(1)]);
        Assert.Equal(new DatapathNeighbour(TopologyModel.Address(1), 0, true), spec.Neighbours[TopologyModel.Id(1)]);
        Assert.Equal(TopologyModel.Id(1).Value, spec.Sources[TopologyModel.Address(1)]);
        Assert.Equal([TopologyModel.Id(1)], spec.Hops[TopologyModel.Id(0)].Hops);
        Assert.False(spec.Hops.ContainsKey(TopologyModel.Id(1)));
    }

    [Fact]
    public void A_neighbour_without_a_path_is_handed_over_to_user_space()
    {
        TopologyModel model = new(3, (a, b) => Math.Abs(a - b) == 1);
        DatapathSpec spec = DatapathSpec.From(model.RoutesOf(0), null, NoPaths);
        Assert.Equal(new DatapathNeighbour(default, 0, false), Assert.Single(spec.Neighbours).Value);
        Assert.Equal(DatapathRoute.Via(TopologyModel.Id(1)), spec.Routes[TopologyModel.Id(2)]);
        Assert.Empty(spec.Sources);
    }

    [Fact]
    public void An_address_of_two_neighbours_belongs_to_neither()
    {
        TopologyModel model = new(3, (_, _) => true);
        Dictionary<PeerName, NeighbourPath> paths = model.PathsOf(0).ToDictionary(
            pair => pair.Key, pair => pair.Value with { Address = TopologyModel.Address(9) });
        DatapathSpec spec = DatapathSpec.From(model.RoutesOf(0), null, paths);
        Assert.Equal(DatapathSpec.SharedSource, Assert.Single(spec.Sources).Value);
    }

    [Fact]
    public void A_peer_that_nothing_leads_to_is_known_and_has_no_route()
    {
        TopologyModel model = new(3, (a, b) => a + b == 1);
        DatapathSpec spec = DatapathSpec.From(model.RoutesOf(0), null, model.PathsOf(0));
        Assert.Equal(DatapathRoute.None, spec.Routes[TopologyModel.Id(2)]);
    }

    [Fact]
    public void The_plan_between_equal_tables_is_empty()
    {
        TopologyModel model = new(5, (_, _) => true);
        DatapathSpec spec = DatapathSpec.From(model.RoutesOf(2), null, model.PathsOf(2));
        Assert.Empty(DatapathPlan.From(spec, DatapathSpec.From(model.RoutesOf(2), null, model.PathsOf(2))));
    }

    [Fact]
    public void The_plan_leads_from_any_tables_to_any_others_and_never_points_to_what_is_not_there()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            TopologyModel before = TopologyModel.Random(seed, 7);
            TopologyModel after = TopologyModel.Random(seed + 1000, 7);
            DatapathSpec found = DatapathSpec.From(before.RoutesOf(0), null, before.PathsOf(0));
            DatapathSpec wanted = DatapathSpec.From(after.RoutesOf(0), null, after.PathsOf(0));
            TableModel tables = new(found);
            foreach (DatapathChange change in DatapathPlan.From(found, wanted))
            {
                tables.Apply(change);
                Assert.True(tables.IsClosed, $"seed {seed}: {change} leaves a pointer to a neighbour that is not there");
            }

            Assert.DoesNotContain(DatapathPlan.From(tables.Spec, wanted), change => change is not DatapathChange.ForgetMacs);
        }
    }

    [Fact]
    public void Macs_are_forgotten_when_an_id_goes_away_or_is_another_peers()
    {
        TopologyModel model = new(3, (_, _) => true);
        DatapathSpec found = DatapathSpec.From(model.RoutesOf(0), null, model.PathsOf(0));
        DatapathSpec sold = found with { Owners = new(found.Owners) { [TopologyModel.Id(1)] = new PeerName(99) } };
        Assert.Equal([TopologyModel.Id(1)], Forgotten(found, sold));
        SortedDictionary<ShortId, DatapathRoute> fewer = new(found.Routes);
        fewer.Remove(TopologyModel.Id(2));
        Assert.Equal([TopologyModel.Id(2)], Forgotten(found, found with { Routes = fewer }));
    }

    [Fact]
    public void After_a_restart_the_tables_stay_as_they_were_until_the_neighbours_are_back()
    {
        TopologyModel full = new(4, (_, _) => true);
        DatapathSpec left = DatapathSpec.From(full.RoutesOf(0), null, full.PathsOf(0)) with { Owners = [] };
        TopologyModel alone = new(1, (_, _) => true);
        DatapathSpec fresh = DatapathSpec.From(alone.RoutesOf(0), null, NoPaths);
        Assert.Empty(DatapathPlan.From(left, fresh.Over(left)));

        // The topology is back, a connection is not.
        DatapathSpec told = DatapathSpec.From(full.RoutesOf(0), null, NoPaths);
        Assert.Empty(DatapathPlan.From(left, told.Over(left)));
    }

    [Fact]
    public void After_a_restart_a_neighbour_that_is_back_has_its_own_word()
    {
        TopologyModel full = new(4, (_, _) => true);
        DatapathSpec left = DatapathSpec.From(full.RoutesOf(0), null, full.PathsOf(0)) with { Owners = [] };
        Dictionary<PeerName, NeighbourPath> held = full.PathsOf(0).ToDictionary(
            pair => pair.Key, pair => pair.Value with { Carries = pair.Value.ShortId != TopologyModel.Id(2) });
        DatapathSpec back = DatapathSpec.From(full.RoutesOf(0), null, held);
        DatapathChange.SetNeighbour change = Assert.IsType<DatapathChange.SetNeighbour>(Assert.Single(DatapathPlan.From(left, back.Over(left))));
        Assert.Equal((TopologyModel.Id(2), false), (change.Id, change.To!.Value.Fast));
    }

    [Fact]
    public void Tables_of_another_id_are_not_kept()
    {
        TopologyModel model = new(2, (_, _) => true);
        DatapathSpec mine = DatapathSpec.From(model.RoutesOf(0), null, model.PathsOf(0));
        Assert.Same(mine, mine.Over(DatapathSpec.From(model.RoutesOf(1), null, model.PathsOf(1))));
        Assert.Same(mine, mine.Over(DatapathSpec.Empty));
    }

    private static IEnumerable<ShortId> Forgotten(DatapathSpec found, DatapathSpec wanted) =>
        DatapathPlan.From(found, wanted).OfType<DatapathChange.ForgetMacs>().Single().Peers;
}
