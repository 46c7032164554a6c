using Weave.Docker.Model;
using Weave.Linux.Bridge;
using Weave.Linux.Firewall;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary><c>weave attach</c> and <c>weave detach</c>.</summary>
internal static class AttachCommands
{
    internal static async Task<int> AttachAsync(CliContext context, string[] args)
    {
        (IReadOnlyList<string> cidrs, string[] rest) = CidrArguments.Take(args);
        HashSet<string> flags = [];
        List<string> extraHosts = [];
        int at = 0;
        for (; at < rest.Length && rest[at].StartsWith("--", StringComparison.Ordinal); at++)
        {
            switch (rest[at])
            {
                case "--without-dns" or "--rewrite-hosts" or "--no-multicast-route":
                    flags.Add(rest[at]);
                    break;
                case "--add-host" when at + 1 < rest.Length:
                    extraHosts.Add(rest[++at]);
                    break;
                case ['-', '-', 'a', 'd', 'd', '-', 'h', 'o', 's', 't', '=', .. var host]:
                    extraHosts.Add(host);
                    break;
                default:
                    throw new UsageException($"weave attach: unknown option '{rest[at]}'");
            }
        }

        if (at != rest.Length - 1)
        {
            throw new UsageException(rest.Length > at ? $"weave attach: '{rest[at]}' is no address in CIDR notation, and only the last word names a container" : "weave attach: no container given");
        }

        ContainerDetails container = await RunningAsync(context, rest[at]).ConfigureAwait(false);
        (IReadOnlyList<Ipv4Cidr> all, _) = await CidrArguments.ResolveAsync(context, container.Id, cidrs, "POST", checkAlive: true).ConfigureAwait(false);
        if (flags.Contains("--rewrite-hosts"))
        {
            HostsFile.Rewrite(container, all, extraHosts);
        }

        RequireOwnNetwork(container);
        Interfaces().Attach(
            Spec(container, all) with { MulticastRoute = !flags.Contains("--no-multicast-route") && !context.Environment.IsSet("AWSVPC") }, Rules(context));
        if (!flags.Contains("--without-dns") && NameCommands.FqdnOf(container) is { } fqdn && await context.Router.AnswersAsync().ConfigureAwait(false))
        {
            await NameCommands.PutAsync(context, container.Id, fqdn, all.Select(cidr => cidr.Address), checkAlive: true).ConfigureAwait(false);
        }

        CidrArguments.Show(context, all);
        return 0;
    }

    internal static async Task<int> DetachAsync(CliContext context, string[] args)
    {
        (IReadOnlyList<string> cidrs, string[] rest) = CidrArguments.Take(args);
        if (rest is not [var name])
        {
            throw new UsageException(rest is [] ? "weave detach: no container given" : $"weave detach: '{rest[0]}' is no address in CIDR notation, and only the last word names a container");
        }

        ContainerDetails container = await RunningAsync(context, name).ConfigureAwait(false);
        (IReadOnlyList<Ipv4Cidr> all, IReadOnlyList<Ipv4Cidr> allocated) = await CidrArguments.ResolveAsync(context, container.Id, cidrs, "GET", checkAlive: false).ConfigureAwait(false);
        Interfaces().Detach(Spec(container, all), Rules(context));
        if (NameCommands.FqdnOf(container) is { } fqdn && await context.Router.AnswersAsync().ConfigureAwait(false))
        {
            await NameCommands.DeleteAsync(context, container.Id, fqdn, all.Select(cidr => cidr.Address)).ConfigureAwait(false);
        }

        foreach (Ipv4Cidr cidr in allocated)
        {
            await context.Router.CallAsync("DELETE", $"/ip/{container.Id}/{cidr.Address}").ConfigureAwait(false);
        }

        CidrArguments.Show(context, all);
        return 0;
    }

    private static async Task<ContainerDetails> RunningAsync(CliContext context, string name)
    {
        ContainerDetails container = await WeaveContainer.FindAsync(context, name).ConfigureAwait(false);
        return container.State.Pid > 0 ? container : throw new CommandException($"Container {name} not running.");
    }

    private static AttachSpec Spec(ContainerDetails container, IReadOnlyList<Ipv4Cidr> cidrs) =>
        new($"/proc/{container.State.Pid}/ns/net", $"{container.State.Pid}", cidrs) { Bridge = CliEnvironment.Bridge };

    private static ContainerRules Rules(CliContext context) => new(new HostPrograms(context.IsLocal ? "/proc/1/ns/mnt" : null));

    internal static ContainerInterfaces Interfaces()
    {
        Links links = new();
        return new ContainerInterfaces(new NetworkNamespaces(), links, new Addresses(links), new Routes(links), new Sysctls(), new ArpAnnouncer());
    }

    private static void RequireOwnNetwork(ContainerDetails container)
    {
        if (new FileInfo($"/proc/{container.State.Pid}/ns/net").LinkTarget == new FileInfo("/proc/1/ns/net").LinkTarget)
        {
            throw new CommandException("Container is running in the host network namespace, and therefore cannot be\nconnected to weave - perhaps the container was started with --net=host");
        }
    }
}
