using Weave.Linux.Firewall;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Cli.Launch;

/// <summary>Finds <see cref="HostFacts"/> on this host. Hidden: only launch calls it.</summary>
internal static class HostFactsCommand
{
    /// <summary>Where Linux counts maps by control group instead of by process.</summary>
    private static readonly Version CountsByGroup = new(5, 11);

    /// <param name="context">The command's surroundings; in a container the host's files are below /proc/1/root.</param>
    /// <param name="args">The range to check, if any.</param>
    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        await context.Output.WriteAsync(Gather(context, args is [var range] ? range : "").Write()).ConfigureAwait(false);
        return 0;
    }

    internal static HostFacts Gather(CliContext context, string range)
    {
        Links links = new();
        Addresses addresses = new(links);
        bool hasDocker = links.Find(context.Environment.DockerBridge) is not null;
        HostPrograms programs = new(context.IsLocal ? "/proc/1/ns/mnt" : null);
        return new HostFacts
        {
            DockerBridgeAddress = hasDocker && addresses.List(context.Environment.DockerBridge) is [var first, ..] ? first.Address.ToString() : "",
            HostName = System.Environment.MachineName,
            ResolvConf = RealPath("/proc/1/root", "/etc/resolv.conf"),
            Overlap = Ipv4Cidr.TryParse(range, out Ipv4Cidr cidr) ? Overlap(links, cidr, CliEnvironment.Bridge) : "",
            ForwardingRejected = Rejects(programs),
            HasBpf = HostBpfMount.Ensure(programs),
            HasOurBridge = links.Find(CliEnvironment.Bridge) is not null,
            LocksMaps = System.Environment.OSVersion.Version < CountsByGroup,
        };
    }

    /// <summary>The first route that overlaps the range, other than through our own bridge; empty for none.</summary>
    internal static string Overlap(Links links, Ipv4Cidr range, string ignoredLink)
    {
        int ignored = links.Find(ignoredLink)?.Index ?? -1;
        return new Routes(links).List()
            .Where(route => route.Destination.PrefixLength > 0 && route.LinkIndex != ignored && route.Destination.Overlaps(range))
            .Select(route => route.Destination.ToString()).FirstOrDefault() ?? "";
    }

    /// <summary>Follows links by hand: absolute ones are meant from the host's root.</summary>
    private static string RealPath(string root, string path)
    {
        const int MostLinks = 20;
        for (int i = 0; i < MostLinks && new FileInfo(root + path).LinkTarget is { } target; i++)
        {
            path = Path.GetFullPath(target, Path.GetDirectoryName(path)!);
        }

        return path;
    }

    private static bool Rejects(HostPrograms programs)
    {
        try
        {
            return new HostIptables(programs).Save().Contains("-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n", StringComparison.Ordinal);
        }
        catch (FirewallException)
        {
            return false; // the router says so itself
        }
    }
}
