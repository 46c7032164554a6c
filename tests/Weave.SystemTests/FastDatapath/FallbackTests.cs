using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Linux.Bpf;
using Weave.Overlay.Fast;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.FastDatapath;

/// <summary>
/// A daemon that cannot have the fast datapath comes after one that had it: it says why, and nothing is left that would
/// forward frames beside sleeve.
/// </summary>
public sealed class FallbackTests
{
    [Theory]
    [InlineData("lacks CAP_BPF, CAP_PERFMON", Capabilities.SysAdmin, Capabilities.Bpf, Capabilities.Perfmon)]
    [InlineData("lacks CAP_PERFMON", Capabilities.SysAdmin, Capabilities.Perfmon)]
    [InlineData("lacks CAP_BPF", Capabilities.SysAdmin, Capabilities.Bpf)]
    public void Whoever_may_not_load_programs_says_what_is_missing_and_removes_what_ran(string reason, params int[] without)
    {
        using OverlayWorld world = Running();
        string said = world[1].Run(() =>
        {
            Capabilities.Drop(without);
            return WhyNot();
        });
        Assert.Contains(reason, said, StringComparison.Ordinal);
        NothingIsLeft(world[1]);
    }

    [Fact]
    public void Other_capabilities_of_the_superuser_are_not_needed()
    {
        using OverlayWorld world = Running();
        Assert.True(world[1].Run(() =>
        {
            Capabilities.Drop(Capabilities.SysAdmin);
            using FastDatapathHolder holder = new(Options, new Said());
            return holder.Open() && holder.Adopted is not null;
        }));
    }

    [Fact]
    public void Programs_that_cannot_be_loaded_over_those_that_run_replace_them_by_nothing()
    {
        using OverlayWorld world = Running();
        string pins = world[1].Run(() => BpfFileSystem.DirectoryOfThisNamespace(world[1].Spec.PinRoot));
        string table = Path.Combine(pins, "weave_config");
        File.Delete(table);
        Directory.CreateDirectory(table); // where the table would be pinned
        string said = world[1].Run(WhyNot);
        Assert.Contains("weave_config", said, StringComparison.Ordinal);
        NothingIsLeft(world[1]);
    }

    [Fact]
    public void With_a_policy_controller_nothing_skips_the_bridge_and_its_port_has_the_name_that_the_rules_know()
    {
        using OverlayWorld world = Running();
        Assert.Contains(world[1].Datapath.ReadMacs(), mac => mac.Port != 0);
        Open(world[1], Options with { ExpectNpc = true }, holder =>
        {
            Assert.NotNull(holder.Adopted);
            Assert.DoesNotContain(holder.Datapath!.ReadMacs(), mac => mac.Port != 0);
        });
        Assert.Equal("", world[1].Exec($"tc filter show dev {world[1].Veth} ingress"));
        Assert.Contains(": vethwe-bridge:", world[1].Exec("ip -o link show vxlan-6784"), StringComparison.Ordinal);
        Assert.Equal(0, world[1].ExecContainer("ping", "-c1", "-W2", world[2].ContainerAddress.ToString()).ExitCode);
        Open(world[1], Options, holder => Assert.NotNull(holder.Adopted));
        Assert.Contains(": vxlan-6784:", world[1].Exec("ip -o link show vethwe-bridge"), StringComparison.Ordinal);
    }

    [Fact]
    public void With_another_port_the_device_of_the_former_one_leaves_the_bridge()
    {
        using OverlayWorld world = Running();
        Open(world[1], Options with { Port = 7783 }, _ => { });
        Assert.Contains("master weave", world[1].Exec("ip -o link show vxlan-7784"), StringComparison.Ordinal);
        Assert.DoesNotContain("vxlan-6784", world[1].Exec("ip -o link"), StringComparison.Ordinal);
    }

    /// <summary>Opens the datapath as the next daemon does.</summary>
    private static void Open(OverlayHost host, DaemonOptions options, Action<FastDatapathHolder> look) => host.Run(() =>
    {
        using FastDatapathHolder holder = new(options, new Said());
        Assert.True(holder.Open());
        look(holder);
        return 0;
    });

    private static DaemonOptions Options => new() { MtuBytes = OverlayHost.MtuBytes };

    /// <summary>Two hosts whose containers talk past the bridges.</summary>
    private static OverlayWorld Running()
    {
        OverlayWorld world = new OverlayWorld(2).FullMesh();
        world[1].Run(() =>
        {
            world[1].Datapath.AttachPort(world[1].Veth);
            return 0;
        });
        Shell.Result ping = world[1].ExecContainer("ping", "-c1", "-W2", world[2].ContainerAddress.ToString());
        Assert.True(ping.ExitCode == 0, ping.All);
        return world;
    }

    /// <summary>Opens the datapath as the daemon does, which must fail.</summary>
    private static string WhyNot()
    {
        Said said = new();
        using FastDatapathHolder holder = new(Options, said);
        Assert.False(holder.Open());
        return Assert.Single(said.Lines);
    }

    private static void NothingIsLeft(OverlayHost host)
    {
        Assert.DoesNotContain("vxlan", host.Exec("ip -o link"), StringComparison.Ordinal);
        Assert.Equal("", host.Exec($"tc filter show dev {host.Veth} ingress"));
        Assert.False(Directory.Exists(host.Run(() => BpfFileSystem.DirectoryOfThisNamespace(host.Spec.PinRoot))), "maps are still pinned");
    }

    private sealed class Said : ILogger<FastDatapathHolder>
    {
        internal List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
