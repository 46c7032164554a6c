using System.Net;
using System.Net.Sockets;
using Weave.Docker.Model;
using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary>Commands about names.</summary>
internal static class NameCommands
{
    private const string Extern = "weave:extern";

    internal static async Task<int> AddAsync(CliContext context, string[] args)
    {
        NameArguments arguments = await ReadAsync(context, "weave dns-add", args).ConfigureAwait(false);
        string? fqdn = arguments.Fqdn ?? (arguments.Container is { } container ? FqdnOf(container) : null);
        if (fqdn is not null)
        {
            await PutAsync(context, arguments.Container?.Id ?? Extern, fqdn, arguments.Addresses, checkAlive: arguments.Container is not null).ConfigureAwait(false);
        }

        return 0;
    }

    internal static async Task<int> RemoveAsync(CliContext context, string[] args)
    {
        NameArguments arguments = await ReadAsync(context, "weave dns-remove", args).ConfigureAwait(false);
        await DeleteAsync(context, arguments.Container?.Id ?? Extern, arguments.Fqdn, arguments.Addresses).ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> LookupAsync(CliContext context, string[] args)
    {
        if (args is not [var name])
        {
            throw new UsageException("weave dns-lookup: exactly one name is needed");
        }

        RouterReply reply = await context.Router.CallAsync("GET", "/dns-address-port").ConfigureAwait(false);
        if (!reply.IsSuccess || !IPEndPoint.TryParse(reply.Body.Trim(), out IPEndPoint? server))
        {
            throw new CommandException("weaveDNS is off", reply.IsAbsent ? reply.ExitCode : 1);
        }

        RouterReply domain = await context.Router.CallAsync("GET", "/domain").ConfigureAwait(false);
        string fqdn = name.Contains('.', StringComparison.Ordinal) ? name : $"{name}.{domain.Body.Trim()}";
        foreach (IPAddress address in await DnsQuestion.AskAsync(server, fqdn, context.Cancel).ConfigureAwait(false))
        {
            await context.Output.WriteLineAsync(address.ToString()).ConfigureAwait(false);
        }

        return 0;
    }

    /// <summary>Host and domain name, when the container has a domain name.</summary>
    internal static string? FqdnOf(ContainerDetails container)
    {
        string fqdn = $"{container.Config.Hostname}.{container.Config.Domainname}";
        string first = fqdn.Split('.')[0];
        return first == fqdn || first + "." == fqdn ? null : fqdn;
    }

    /// <summary>Failures are told and passed over, as by the original: an address matters more than a name.</summary>
    internal static Task PutAsync(CliContext context, string ident, string fqdn, IEnumerable<Ipv4Address> addresses, bool checkAlive) => EachAsync(addresses, address =>
        context.Router.CallAsync("PUT", $"/name/{ident}/{address}", checkAlive ? [("fqdn", fqdn), ("check-alive", "true")] : [("fqdn", fqdn)]));

    internal static Task DeleteAsync(CliContext context, string ident, string? fqdn, IEnumerable<Ipv4Address> addresses) => EachAsync(addresses, address =>
        context.Router.CallAsync("DELETE", $"/name/{ident}/{address}{(fqdn is null ? "" : $"?fqdn={Uri.EscapeDataString(fqdn)}")}"));

    private static async Task EachAsync(IEnumerable<Ipv4Address> addresses, Func<Ipv4Address, Task> call)
    {
        foreach (Ipv4Address address in addresses)
        {
            try
            {
                await call(address).ConfigureAwait(false);
            }
            catch (CommandException)
            {
                // told already
            }
        }
    }

    private static async Task<NameArguments> ReadAsync(CliContext context, string command, string[] args)
    {
        List<Ipv4Address> addresses = [];
        int at = 0;
        for (; at < args.Length && Ipv4Address.TryParse(args[at], out Ipv4Address address); at++)
        {
            addresses.Add(address);
        }

        string? name = at < args.Length && args[at] != "-h" ? args[at++] : null;
        string? fqdn = null;
        if (at == args.Length - 2 && args[at] == "-h")
        {
            fqdn = args[at + 1];
            at += 2;
        }

        if (at != args.Length || (name is null && (addresses.Count == 0 || fqdn is null)))
        {
            throw new UsageException(at < args.Length
                ? $"{command}: '{args[at]}' is out of place"
                : $"{command}: a container, or addresses and -h with a full name, are needed");
        }

        await RequireRunningAsync(context, context.Environment.ContainerName).ConfigureAwait(false);
        if (name is null)
        {
            return new NameArguments(null, fqdn, addresses);
        }

        await RequireRunningAsync(context, name).ConfigureAwait(false);
        ContainerDetails container = await WeaveContainer.FindAsync(context, name).ConfigureAwait(false);
        return new NameArguments(container, fqdn, addresses.Count > 0 ? addresses : PsCommand.AddressesOf(container));
    }

    private static async Task RequireRunningAsync(CliContext context, string name)
    {
        if (await WeaveContainer.ProblemAsync(context, name).ConfigureAwait(false) is { } problem)
        {
            throw new CommandException(problem, problem.Contains("not present", StringComparison.Ordinal) ? 1 : 2);
        }
    }

    private sealed record NameArguments(ContainerDetails? Container, string? Fqdn, IReadOnlyList<Ipv4Address> Addresses);
}
