using Weave.Core.Firewall;
using Weave.Linux.Firewall;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary>Takes away what we made on the host: interfaces, rules, sets, sockets, pinned programs. Hidden: reset calls it.</summary>
internal static class HostCleanupCommand
{
    private static readonly string[] Sockets = ["/run/docker/plugins/weave.sock", "/run/docker/plugins/weavemesh.sock"];
    private const string Pins = "/sys/fs/bpf/weave";

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        List<string> problems = [];
        HostPrograms programs = new(context.IsLocal ? "/proc/1/ns/mnt" : null);
        Links links = new();
        Try(problems, () => CleanFirewall(context, new HostIptables(programs), links));
        Try(problems, () => CleanLinks(links));
        Try(problems, () => CleanFiles(context.IsLocal ? "/proc/1/root" : ""));
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
            DockerBridgeAddress = docker.Length > 0 ? docker[0].Address : default,
            Port = context.Environment.PortNumber,
            ControlPort = Daemon.HostPort.TryParse(context.Environment.HttpAddress, out Daemon.HostPort control) ? control.Port : null,
        };
        FirewallState found = FirewallState.Parse(firewall.Save());
        firewall.Restore(FirewallPlan.Removal(FirewallRules.For(spec), found));
        firewall.DestroySet(FirewallNames.LocalSet);
        firewall.ForgetFlows(spec.Port);
    }

    private static void CleanLinks(Links links)
    {
        foreach (Link link in links.List())
        {
            bool ours = link.Name is CliEnvironment.Bridge or CliEnvironment.Datapath || link.Name.StartsWith("vethwe", StringComparison.Ordinal)
                || (link.Kind == "vxlan" && link.Name is "vxlan-6784") || link.Name is "weave-tap";
            if (ours)
            {
                links.Delete(link.Name);
            }
        }
    }

    private static void CleanFiles(string root)
    {
        foreach (string socket in Sockets)
        {
            File.Delete(root + socket);
        }

        if (Directory.Exists(root + Pins))
        {
            Directory.Delete(root + Pins, recursive: true);
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
