using Weave.Core.Firewall;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Firewall;

/// <summary>The place of our rules among those of Docker, of Kubernetes and of the administrator. U is the jump to DOCKER-USER, D another chain of Docker's.</summary>
public sealed class ForwardOrderTests
{
    private const string User = "-j DOCKER-USER";
    private const string Docker = "-j DOCKER-FORWARD";
    private const string Kube = "-m comment --comment \"kubernetes forwarding rules\" -j KUBE-FORWARD";

    private static readonly FirewallSpec Spec = new() { DockerBridge = "docker0", DockerBridgeAddress = Ipv4Address.Parse("172.17.0.1") };

    [Theory]
    [InlineData("U D", "U ours D")]
    [InlineData("D", "ours D")]
    [InlineData("", "ours")]
    [InlineData("REJECT", "ours REJECT")] // somebody flushed, and wrote his own
    [InlineData("U REJECT", "U ours REJECT")]
    [InlineData("x U ours D", "x U ours D")] // iptables -I FORWARD 1
    [InlineData("x y U D ours", "x y U ours D")]
    [InlineData("x ours U D", "x U ours D")] // what a version before this one left behind
    [InlineData("ours U D", "U ours D")]
    [InlineData("U x ours D", "U x ours D")] // iptables -I FORWARD 2: asked first, and goes on being asked first
    [InlineData("x ours D", "x ours D")]
    [InlineData("U x D ours", "U x ours D")]
    [InlineData("D U x", "U ours D x")] // Docker's own, before what users forbid
    [InlineData("x D U ours", "x U ours D")]
    [InlineData("x D y U z ours", "x U ours D y z")]
    [InlineData("U ours D ours", "U ours D")] // twice
    [InlineData("U mixed D", "U ours D")]
    [InlineData("U part x D", "U ours x D")]
    [InlineData("x U part y D", "x U ours y D")]
    public void Ours_follow_what_users_forbid_and_precede_Docker(string found, string wanted) => Check(Spec, found, wanted);

    [Theory]
    [InlineData("K U D", "U ours K D")]
    [InlineData("U ours K D", "U ours K D")]
    [InlineData("K U ours D", "U ours K D")]
    [InlineData("U K ours D", "U ours K D")]
    [InlineData("K", "ours K")]
    public void A_policy_controllers_verdict_precedes_what_Kubernetes_accepts(string found, string wanted) => Check(Spec with { ExpectPolicy = true }, found, wanted);

    [Fact]
    public void Without_a_policy_controller_the_chain_of_Kubernetes_stays_in_front() => Check(Spec, "K U ours D", "K U ours D");

    private static void Check(FirewallSpec spec, string found, string wanted)
    {
        IReadOnlyList<FirewallTable> tables = FirewallRules.For(spec);
        IReadOnlyList<string> ours = tables.Single(table => table.Name == "filter").InForward;
        FirewallHost host = new($"*filter\n{string.Concat(Rules(found, ours).Select(rule => $"-A FORWARD {rule}\n"))}COMMIT\n");
        host.Restore(FirewallPlan.From(tables, host.State));
        Assert.Equal(Rules(wanted, ours), host.State.Rules("filter", "FORWARD"));
        Assert.Equal("", FirewallPlan.From(tables, host.State));
    }

    private static IEnumerable<string> Rules(string words, IReadOnlyList<string> ours) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(word => word switch
    {
        "U" => [User],
        "D" => [Docker],
        "K" => [Kube],
        "ours" => ours,
        "part" => ours.Skip(1),
        "mixed" => ours.Reverse(),
        "x" or "y" or "z" => [$"-s 10.32.0.1/32 -m comment --comment \"{word} -j DOCKER\" -j DROP"],
        _ => [$"-j {word}"],
    });
}
