using Weave.Core.Firewall;
using Weave.Linux.Firewall;
using Weave.SystemTests.Netlink;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.Firewall;

/// <summary>The kernel's rules, through both kinds of iptables, in a namespace of their own.</summary>
public sealed class HostIptablesTests : IDisposable
{
    private static readonly IReadOnlyList<FirewallTable> Wanted = FirewallRules.For(new FirewallSpec
    {
        DockerBridge = "docker0",
        DockerBridgeAddress = Ipv4Address.Parse("172.17.0.1"),
        ControlPort = 6784,
        ContainerBridges = ["weave", "docker0", "br-0123456789ab"],
        ClosedToContainers = [6782, 6784],
        UntrackedTunnel = true,
        Exposures = [new Exposure(Ipv4Cidr.Parse("10.32.0.1/12"), true), new Exposure(Ipv4Cidr.Parse("10.2.0.1/16"), false)],
    });

    private readonly TestNamespace _space = new();

    public void Dispose() => _space.Dispose();

    [Theory]
    [InlineData("iptables-nft")]
    [InlineData("iptables-legacy")]
    public void Rules_are_printed_back_as_we_write_them_and_leave_no_trace(string kind) => _space.Run(() =>
    {
        HostIptables firewall = OfKind(kind);
        Assert.Equal(kind, firewall.Flavour);
        string before = Lines(firewall);
        firewall.Restore(FirewallPlan.From(Wanted, FirewallState.Parse(firewall.Save())));
        Assert.Equal("", FirewallPlan.From(Wanted, FirewallState.Parse(firewall.Save())));

        // Somebody flushes, and takes our canary away.
        HostPrograms programs = new();
        foreach (string table in new[] { "filter", "nat" })
        {
            Assert.Equal(0, programs.Run(kind, ["-t", table, "-F"]).ExitCode);
        }

        Assert.Equal(0, programs.Run(kind, ["-t", "nat", "-X", "WEAVE-CANARY"]).ExitCode);
        string repair = FirewallPlan.From(Wanted, FirewallState.Parse(firewall.Save()));
        Assert.NotEqual("", repair);
        firewall.Restore(repair);
        Assert.Equal("", FirewallPlan.From(Wanted, FirewallState.Parse(firewall.Save())));

        firewall.Restore(FirewallPlan.Removal(Wanted, FirewallState.Parse(firewall.Save())));
        Assert.Equal(before, Lines(firewall));
    });

    [Fact]
    public void A_set_is_replaced_as_a_whole_and_destroyed() => _space.Run(() =>
    {
        HostIptables firewall = new(new HostPrograms());
        firewall.SetMembers(FirewallNames.LocalSet, [Ipv4Cidr.Parse("10.32.0.0/13"), Ipv4Cidr.Parse("10.48.0.0/16")]);
        firewall.SetMembers(FirewallNames.LocalSet, [Ipv4Cidr.Parse("10.40.0.0/16")]);
        string members = new HostPrograms().Run("ipset", ["save"]).Output;
        Assert.Contains("add weaver-no-masq-local 10.40.0.0/16", members, StringComparison.Ordinal);
        Assert.DoesNotContain("10.48.0.0", members, StringComparison.Ordinal);
        firewall.DestroySet(FirewallNames.LocalSet);
        firewall.DestroySet(FirewallNames.LocalSet);
        Assert.Equal("", new HostPrograms().Run("ipset", ["list", "-name"]).Output.Trim());
    });

    [Fact]
    public void A_container_hears_multicast_only_of_its_own_subnets() => _space.Run(() =>
    {
        ContainerRules rules = new(new HostPrograms());
        rules.Protect("ethwe", [Ipv4Cidr.Parse("10.32.0.0/12"), Ipv4Cidr.Parse("10.2.0.0/16")]);
        rules.Protect("ethwe", [Ipv4Cidr.Parse("10.2.0.0/16")]);
        Assert.Equal(
            "-P INPUT ACCEPT\n-A INPUT -s 10.2.0.0/16 -d 224.0.0.0/4 -i ethwe -j ACCEPT\n-A INPUT -d 224.0.0.0/4 -i ethwe -j DROP",
            new HostPrograms().Run("iptables", ["-S", "INPUT"]).Output.Trim());
        rules.Release("ethwe");
        Assert.Equal("-P INPUT ACCEPT", new HostPrograms().Run("iptables", ["-S", "INPUT"]).Output.Trim());
    });

    [Fact]
    public void A_program_that_is_missing_or_fails_is_named()
    {
        Assert.Contains("no-such-program", Assert.Throws<FirewallException>(() => new HostPrograms().Run("no-such-program", [])).Message, StringComparison.Ordinal);
        _space.Run(() => Assert.Contains("iptables", Assert.Throws<FirewallException>(() => new HostIptables(new HostPrograms()).Restore("*filter\nnonsense\nCOMMIT\n")).Message, StringComparison.Ordinal));
    }

    /// <summary>Docker's chain, made with one kind, is what the kind is recognised by.</summary>
    private static HostIptables OfKind(string kind)
    {
        Assert.Equal(0, new HostPrograms().Run(kind, ["-N", "DOCKER"]).ExitCode);
        return new HostIptables(new HostPrograms());
    }

    /// <summary>Without counters, comments, and tables that are there but empty.</summary>
    private static string Lines(HostIptables firewall) => string.Join('\n', firewall.Save().Split('\n')
        .Where(line => line.StartsWith("-A", StringComparison.Ordinal) || (line.StartsWith(':') && line.Contains(" - ", StringComparison.Ordinal)))
        .Select(line => line.Split('[')[0]));
}
