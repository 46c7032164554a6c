using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Tests.Linux.Bridge;

public sealed class BridgePlanTests
{
    private static readonly BridgeSpec Wanted = new("weave", new MacAddress(0x0200_0000_0001), 1376);

    private static readonly Link AsWanted = new(7, "weave", "bridge", Wanted.Mac, 1376, Up: true, 0, 0);

    [Fact]
    public void Without_a_bridge_one_is_made_then_set_up_then_tuned()
    {
        BridgePlan plan = BridgePlan.From(Wanted, null);
        Assert.IsType<BridgeStep.Create>(plan.Steps[0]);
        Assert.Equal(new LinkChange { Mac = Wanted.Mac, MtuBytes = 1376 }, Assert.IsType<BridgeStep.Change>(plan.Steps[1]).What);
        Assert.Contains(new BridgeStep.Change(new LinkChange { Up = true }), plan.Steps);
        Assert.Equal(new BridgeStep.Set("net/ipv4/neigh/weave/ucast_solicit", "1", Required: true), plan.Steps[^1]);
    }

    [Fact]
    public void A_bridge_that_is_as_wanted_only_gets_its_settings()
    {
        BridgePlan plan = BridgePlan.From(Wanted, AsWanted);
        Assert.All(plan.Steps, step => Assert.IsType<BridgeStep.Set>(step));
    }

    [Fact]
    public void A_bridge_with_another_mtu_is_adopted_and_corrected()
    {
        BridgePlan plan = BridgePlan.From(Wanted, AsWanted with { MtuBytes = 1500, Up = false });
        Assert.DoesNotContain(plan.Steps, step => step is BridgeStep.Create);
        Assert.Contains(new BridgeStep.Change(new LinkChange { Mac = Wanted.Mac, MtuBytes = 1376 }), plan.Steps);
        Assert.Contains(new BridgeStep.Change(new LinkChange { Up = true }), plan.Steps);
    }

    [Theory]
    [InlineData("openvswitch")]
    [InlineData("")]
    public void Something_else_of_that_name_is_refused_with_advice(string kind)
    {
        KernelException refusal = Assert.Throws<KernelException>(() => BridgePlan.From(Wanted, AsWanted with { Kind = kind }));
        Assert.Contains("weave reset", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aws_vpc_mode_answers_arp_for_others_at_once()
    {
        BridgePlan plan = BridgePlan.From(Wanted with { AwsVpc = true }, AsWanted);
        Assert.Contains(new BridgeStep.Set("net/ipv4/conf/weave/proxy_arp", "1", Required: true), plan.Steps);
        Assert.Contains(new BridgeStep.Set("net/ipv4/neigh/weave/proxy_delay", "0", Required: true), plan.Steps);
    }
}
