using Weave.Linux.Bridge;
using Weave.Linux.Netlink;
using Weave.Overlay.Pieces;

namespace Weave.Tests.Overlay.Pieces;

/// <summary>Which ports of containers have to be on the bridge, and how.</summary>
public sealed class ContainerPortsTests
{
    private const int Bridge = 2;
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(1);
    private static readonly Link TheBridge = new(Bridge, "weave", "bridge", default, 1376, true, 0, 0);
    private static readonly Link Port = new(10, "vetha", "veth", default, 1376, true, Bridge, 99) { Running = true, Port = BridgePortSettings.Normal };

    private readonly ContainerPorts _ports = new("weave");

    [Fact]
    public void A_port_that_was_taken_off_has_to_be_back_whatever_it_is_called()
    {
        Look(TheBridge, Port);
        Piece piece = Assert.Single(Look(TheBridge, Port with { MasterIndex = 0, Port = null, MtuBytes = 500 }));
        Assert.Equal(("vetha", "weave", 1376, true), (piece.Name, piece.Master, piece.MtuBytes, piece.IsForeign));
    }

    [Theory]
    [InlineData("moved to another bridge", 5, 99)]
    [InlineData("its container is gone, and the other end is here", 0, 11)]
    public void A_port_that_is_somebody_elses_now_is_left_alone(string _, int master, int peer)
    {
        Look(TheBridge, Port);
        Link other = new(11, "ethwe", "veth", default, 1376, false, 0, 10);
        Assert.Empty(Look(TheBridge, other, Port with { MasterIndex = master, PeerIndex = peer, Port = null }));
    }

    [Fact]
    public void When_the_bridge_went_all_its_ports_have_to_be_back_those_of_machines_too()
    {
        Link machine = new(12, "tap0", "tun", default, 1376, true, Bridge, 0) { Port = BridgePortSettings.Normal };
        Look(TheBridge, Port, machine);
        Assert.Equal(2, Look(Port with { MasterIndex = 0, Port = null }, machine with { MasterIndex = 0, Port = null }).Count);
        Assert.Equal(2, Look(TheBridge with { Index = 20 }, Port with { MasterIndex = 0, Port = null }, machine with { MasterIndex = 0, Port = null }).Count);
    }

    [Fact]
    public void A_machines_port_that_its_owner_took_off_stays_off()
    {
        Link machine = new(12, "tap0", "tun", default, 1376, true, Bridge, 0) { Port = BridgePortSettings.Normal };
        Look(TheBridge, machine);
        Assert.Empty(Look(TheBridge, machine with { MasterIndex = 0, Port = null }));
    }

    [Theory]
    [InlineData("vethwl123456789", true)]
    [InlineData("vethwepl4711", true)]
    [InlineData("veth4711", false)]
    public void A_router_that_has_just_started_knows_its_own_by_name_and_gives_whoever_makes_them_a_moment(string name, bool ours)
    {
        Link link = Port with { Name = name, MasterIndex = 0, Port = null, Up = false };
        Assert.Empty(Look(TheBridge, link));
        Assert.Equal(ours ? 1 : 0, _ports.Look([TheBridge, link], new HashSet<string>(), Start + ContainerPorts.Patience).Count);
    }

    [Fact]
    public void What_keeps_frames_away_is_put_back_and_what_an_administrator_forbids_is_not()
    {
        Look(TheBridge, Port);
        BridgePortSettings changed = BridgePortSettings.Normal with { Learning = false, Flood = false, Hairpin = true, Isolated = true };
        Piece piece = Assert.Single(Look(TheBridge, Port with { Port = changed }));
        Assert.Equal(BridgePortSettings.Normal with { Isolated = true }, piece.Port);
        piece = Assert.Single(Look(TheBridge, Port with { MasterIndex = 0, Port = null }));
        Assert.True(piece.Port!.Isolated, "a port that is put back is isolated as before");
    }

    [Fact]
    public void Hairpin_mode_that_a_port_began_with_is_kept()
    {
        Link attached = Port with { Port = BridgePortSettings.Normal with { Hairpin = true } };
        Look(TheBridge, attached);
        Assert.True(Assert.Single(Look(TheBridge, Port)).Port!.Hairpin);
    }

    private IReadOnlyList<Piece> Look(params Link[] links) => _ports.Look(links, new HashSet<string>(), Start);
}
