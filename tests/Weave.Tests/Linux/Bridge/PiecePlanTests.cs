using Weave.Linux.Bridge;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Tests.Linux.Bridge;

/// <summary>What is done about a piece, by how it was found.</summary>
public sealed class PiecePlanTests
{
    private const int Bridge = 2;
    private const string Setting = "net/ipv6/conf/device/disable_ipv6";

    private static readonly MacAddress Mac = new(0x0200_0000_0001);

    private static readonly Piece Wanted = new("device", PieceKind.Vxlan)
    {
        Mac = Mac,
        MtuBytes = 1376,
        Master = "weave",
        Port = BridgePortSettings.Normal,
        Settings = [(Setting, "1")],
        Programs = ["weave_egress", "weave_ingress"],
        RedirectTo = "tap",
    };

    private static readonly Link Whole = new(7, "device", PieceKind.Vxlan, Mac, 1376, true, Bridge, 0) { Running = true, Port = BridgePortSettings.Normal };

    private static readonly PieceFound Fine = new(Whole)
    {
        Programs = ["weave_egress", "weave_ingress"],
        Settings = new Dictionary<string, string?> { [Setting] = "1" },
        RedirectedTo = 9,
    };

    public static TheoryData<string, PieceFound> Faults => new()
    {
        { "device was gone and has been made again", PieceFound.Gone },
        { "device had been named foo and has its name again", Fine with { Link = Whole with { Name = "foo", Up = false } } },
        { "the address of device was 02:00:00:00:00:09 and is 02:00:00:00:00:01 again", Fine with { Link = Whole with { Mac = new MacAddress(0x0200_0000_0009) } } },
        { "the MTU of device was 500 and is 1376 again", Fine with { Link = Whole with { MtuBytes = 500 } } },
        { "device was down and has been set up again", Fine with { Link = Whole with { Up = false, Running = false } } },
        { "net/ipv6/conf/device/disable_ipv6 was 0 and is 1 again", Fine with { Settings = new Dictionary<string, string?> { [Setting] = "0" } } },
        { "program weave_ingress was gone from device and has been attached again", Fine with { Programs = ["weave_egress"] } },
        { "device led nowhere and has been joined to tap again", Fine with { RedirectedTo = 0 } },
        { "device was no port of weave and has been put back", Fine with { Link = Whole with { MasterIndex = 0, Port = null } } },
        { "device was no port of weave and has been put back", Fine with { Link = Whole with { MasterIndex = 55 } } },
        { "port device was hairpin on, learning off, and is as before", Fine with { Link = Whole with { Port = BridgePortSettings.Normal with { Hairpin = true, Learning = false } } } },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_is_put_right_by_one_step_that_says_what_it_was(string what, PieceFound found) => Assert.Equal([what], Plan(found).Select(step => step.What));

    [Fact]
    public void Nothing_is_done_about_what_is_as_it_has_to_be() => Assert.Empty(Plan(Fine));

    [Fact]
    public void A_port_without_a_carrier_does_not_forward_and_that_is_nothing_to_put_right() =>
        Assert.Empty(Plan(Fine with { Link = Whole with { Running = false, Port = BridgePortSettings.Normal with { Forwarding = false } } }));

    [Fact]
    public void Ports_of_a_bridge_that_is_down_do_not_forward_and_only_the_bridge_is_put_right()
    {
        Piece bridge = new("weave", PieceKind.Bridge);
        PieceFound port = Fine with { Link = Whole with { Port = BridgePortSettings.Normal with { Forwarding = false } } };
        PieceFound down = new(new Link(Bridge, "weave", PieceKind.Bridge, Mac, 1376, false, 0, 0));
        Assert.Equal(["weave was down and has been set up again"], PiecePlan.From([bridge, Wanted], piece => piece == bridge ? down : port, IndexOf).Select(step => step.What));
    }

    [Fact]
    public void What_the_kernel_does_not_know_is_not_set() => Assert.Empty(Plan(Fine with { Settings = new Dictionary<string, string?> { [Setting] = null } }));

    [Fact]
    public void A_link_that_somebody_else_makes_is_not_made() =>
        Assert.Empty(PiecePlan.From([Wanted with { IsForeign = true }], _ => PieceFound.Gone, IndexOf));

    [Fact]
    public void Nothing_joins_a_bridge_that_is_not_there_yet() =>
        Assert.Empty(PiecePlan.From([Wanted], _ => Fine with { Link = Whole with { MasterIndex = 0 } }, name => name == "tap" ? 9 : 0));

    [Fact]
    public void Programs_are_there_before_a_link_joins_the_bridge()
    {
        IReadOnlyList<PieceStep> plan = Plan(new PieceFound(Whole with { MasterIndex = 0, Up = false, MtuBytes = 1500 }));
        Assert.Equal(["Change", "Change", "Attach", "Attach", "Redirect", "Change"], plan.Select(step => step.GetType().Name));
        Assert.Equal("weave", Assert.IsType<PieceStep.Change>(plan[^1]).To.Master);
    }

    private static IReadOnlyList<PieceStep> Plan(PieceFound found) => PiecePlan.From([Wanted], _ => found, IndexOf);

    private static int IndexOf(string name) => name switch { "weave" => Bridge, "tap" => 9, _ => 0 };
}
