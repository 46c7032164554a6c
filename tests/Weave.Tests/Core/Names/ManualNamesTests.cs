using Weave.Core.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

public sealed class ManualNamesTests
{
    private static readonly ManualName Db = new("c1", "db.weave.local.", Ipv4Address.Parse("10.32.0.1"));
    private static readonly ManualName Extern = new("weave:extern", "printer.weave.local.", Ipv4Address.Parse("192.0.2.9"));

    private readonly ManualNames _names = new();

    [Fact]
    public void After_a_restart_of_the_router_names_without_a_container_are_there_at_once()
    {
        Assert.Equal([Extern], _names.Restore([Db, Extern], containersAreTold: true));
        Assert.Equal([Db], _names.OnStarted("c1"));
        Assert.Empty(_names.OnStarted("c1"));
    }

    [Fact]
    public void Without_Docker_all_are_there_at_once() => Assert.Equal([Db, Extern], _names.Restore([Db, Extern], containersAreTold: false));

    [Fact]
    public void A_restarted_container_has_its_names_back_with_its_address()
    {
        _names.Add(Db);
        _names.OnDied("c1");
        Assert.Empty(_names.OnStarted("c1")); // it runs, but may have another address by now
        Assert.Equal([Db], _names.OnAddressed("c1", Db.Address).Awake);
        Assert.Empty(_names.OnAddressed("c1", Db.Address).Awake);
    }

    [Fact]
    public void Names_move_to_the_only_address_of_a_restarted_container()
    {
        _names.Add(Db);
        _names.OnDied("c1");
        ManualName moved = Db with { Address = Ipv4Address.Parse("10.32.0.7") };
        (IReadOnlyList<ManualName> awake, IReadOnlyList<ManualName> outdated) = _names.OnAddressed("c1", moved.Address);
        Assert.Equal([moved], awake);
        Assert.Equal([Db], outdated);
        Assert.Equal([moved], _names.All);
    }

    [Fact]
    public void A_name_never_moves_while_its_container_lives()
    {
        _names.Add(Db);
        Assert.Empty(_names.OnAddressed("c1", Ipv4Address.Parse("10.32.0.7")).Awake);
        Assert.Equal([Db], _names.All);
    }

    [Fact]
    public void Names_without_a_container_do_not_die()
    {
        _names.Add(Extern);
        _names.OnDied("weave:extern");
        Assert.Empty(_names.OnAddressed("weave:extern", Ipv4Address.Parse("10.32.0.7")).Outdated);
        Assert.Equal([Extern], _names.All);
    }

    [Fact]
    public void Removal_takes_whatever_matches_and_is_for_good()
    {
        _names.Add(Db);
        _names.Add(Extern);
        Assert.Empty(_names.Remove("c1", "DB.weave.local.", null)); // with its case
        Assert.Equal([Db], _names.Remove("c1", null, null));
        Assert.Equal([Extern], _names.Remove(null, null, null));
        Assert.Empty(_names.All);
    }

    [Fact]
    public void The_same_name_twice_is_one()
    {
        Assert.True(_names.Add(Db));
        Assert.False(_names.Add(Db));
        Assert.Single(_names.All);
    }
}
