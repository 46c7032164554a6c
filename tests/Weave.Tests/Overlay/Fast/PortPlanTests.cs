using Weave.Linux.Netlink;
using Weave.Overlay.Fast;

namespace Weave.Tests.Overlay.Fast;

/// <summary>Which links carry the program that lets a container's frames skip the bridge.</summary>
public sealed class PortPlanTests
{
    private const int Bridge = 2;

    [Theory]
    [InlineData("a container's port", Bridge, 99, true, false, "attach")]
    [InlineData("one that has it", Bridge, 99, true, true, "")]
    [InlineData("one that has it and may not skip the bridge any more", Bridge, 99, false, true, "detach")]
    [InlineData("one that may not skip the bridge", Bridge, 99, false, false, "")]
    [InlineData("one that has left the bridge", 0, 99, true, true, "detach")]
    [InlineData("one that is another bridge's now", 3, 99, true, true, "detach")]
    [InlineData("another bridge's", 3, 99, true, false, "")]
    [InlineData("one whose other end is still on the host", Bridge, 11, true, false, "")]
    [InlineData("one whose other end came back to the host", Bridge, 11, true, true, "detach")]
    public void A_port_carries_the_program_exactly_while_it_may_skip_the_bridge(string _, int master, int peer, bool skip, bool attached, string expected)
    {
        Link[] links = [Veth(10, master, peer), Veth(11, 0, 10)];
        PortPlan plan = PortPlan.From(links, Bridge, _ => skip, link => link == 10, link => link == 10 && attached);
        Assert.Equal(expected == "attach" ? [10] : [], plan.Attach.Select(link => link.Index));
        Assert.Equal(expected == "detach" ? [10] : [], plan.Detach);
    }

    [Fact]
    public void Without_a_bridge_nothing_skips_it() =>
        Assert.Equal([10], PortPlan.From([Veth(10, 0, 99)], 0, _ => true, _ => true, _ => true).Detach);

    [Fact]
    public void Links_that_were_never_ports_are_not_asked_about() =>
        Assert.Empty(PortPlan.From([Veth(10, 3, 99)], Bridge, _ => true, _ => false, _ => throw new InvalidOperationException("asked")).Attach);

    private static Link Veth(int index, int master, int peer) => new(index, $"veth{index}", "veth", default, 1500, true, master, peer);
}
