using Weave.Api;
using Weave.Cli.Launch;
using Weave.Core.Firewall;
using Weave.Linux.Bpf;
using Weave.Linux.Firewall;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary>Takes away what we made on the host: interfaces, rules, sets, sockets, pinned programs. Hidden: reset calls it.</summary>
internal static class HostCleanupCommand
{
    private static readonly string[] Sockets = ["/run/docker/plugins/weave.sock", "/run/docker/plugins/weavemesh.sock"];
    private const string OwnSockets = "/run/docker/plugins/.weave";

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        List<string> problems = [];
        HostPrograms programs = new(context.IsLocal ? "/proc/1/ns/mnt" : null);
        Links links = new();
        Try(problems, () => CleanFirewall(context, new HostIptables(programs), links));
        string root = context.IsLocal ? "/proc/1/root" : "";
        Try(problems, () => CleanDatapath(context, links, root));
        Try(problems, () => CleanLinks(links));
        Try(problems, () => new Addresses(links).Remove("lo", DnsFallback.Own));
        Try(problems, () => CleanSockets(root));
        Try(problems, () => HostBpfMount.RemoveOurs(programs));
        foreach (string problem in problems)
        {
            await context.Error.WriteLineAsync(problem).ConfigureAwait(false);
        }

        return problems.Count == 0 ? 0 : 1;
    }

    private static void CleanFirewall(CliContext context, HostIptables firewall, Links links)
    {
        string bridge = context.Environment.DockerBridge;
        Ipv4Cidr[] docker = links.Find(bridge) is null ? [] : [.. new Addresses(links).List(bridge)];
        FirewallSpec spec = new()
        {
            WeaveBridge = CliEnvironment.Bridge,
            DockerBridge = docker.Length > 0 ? bridge : "",
            DnsBridge = DnsFallback.GatewayBridge,
            DockerBridgeAddress = docker.Length > 0 ? docker[0].Address : default,
            Port = context.Environment.PortNumber,
            ControlPort = Daemon.HostPort.TryParse(context.Environment.HttpAddress, out Daemon.HostPort control) ? control.Port : null,
        };
        foreach (bool policy in (bool[])[false, true])
        {
            // Nobody remembers how the last router was launched.
            FirewallState found = FirewallState.Parse(firewall.Save());
            firewall.Restore(FirewallPlan.Removal(FirewallRules.For(spec with { ExpectPolicy = policy }), found));
        }

        if (FirewallState.Parse(firewall.Save()).Rules("nat", BridgeCommands.AttachedChain)?.Contains(BridgeCommands.AttachedRule) is true)
        {
            firewall.Restore($"*nat\n-D {BridgeCommands.AttachedChain} {BridgeCommands.AttachedRule}\nCOMMIT\n");
        }

        firewall.DestroySet(FirewallNames.LocalSet);
        firewall.ForgetFlows(spec.Port);
    }

    private static void CleanLinks(Links links)
    {
        foreach (Link link in links.List())
        {
            bool ours = link.Name is CliEnvironment.Bridge or CliEnvironment.Datapath || link.Name.StartsWith("vethwe", StringComparison.Ordinal)
                || link.Name.StartsWith("vethwl", StringComparison.Ordinal);
            if (ours)
            {
                links.Delete(link.Name);
            }
        }
    }

    /// <summary>Devices, programs and pinned maps of this host's network; what others pinned stays.</summary>
    private static void CleanDatapath(CliContext context, Links links, string root)
    {
        string pins = root + HostBpfMount.Path + "/weave";
        FastDatapath.Remove(new FastDatapathSpec(CliEnvironment.Bridge, (ushort)(context.Environment.PortNumber + 1), 0) { PinRoot = pins }, links);
        if (Directory.Exists(pins) && !Directory.EnumerateFileSystemEntries(pins).Any())
        {
            Directory.Delete(pins);
        }
    }

    private static void CleanSockets(string root)
    {
        foreach (string socket in Sockets)
        {
            File.Delete(root + socket);
        }

        if (Directory.Exists(root + OwnSockets))
        {
            Directory.Delete(root + OwnSockets, recursive: true);
        }
    }

    private static void Try(List<string> problems, Action clean)
    {
        try
        {
            clean();
        }
        catch (Exception problem) when (problem is FirewallException or KernelException or IOException or UnauthorizedAccessException)
        {
            problems.Add(problem.Message);
        }
    }
}
