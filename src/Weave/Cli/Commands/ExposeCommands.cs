using Weave.Core.Firewall;
using Weave.Linux.Firewall;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary><c>weave expose</c> and <c>weave hide</c>.</summary>
internal static class ExposeCommands
{
    private const string Ident = "weave:expose";

    internal static async Task<int> ExposeAsync(CliContext context, string[] args)
    {
        (IReadOnlyList<string> cidrs, string[] rest) = CidrArguments.Take(args);
        string? fqdn = null;
        bool withoutMasquerade = false;
        for (int i = 0; i < rest.Length; i++)
        {
            switch (rest[i])
            {
                case "-h" when fqdn is null && i + 1 < rest.Length:
                    fqdn = rest[++i];
                    break;
                case "--without-masquerade":
                    withoutMasquerade = true;
                    break;
                default:
                    throw new UsageException($"weave expose: '{rest[i]}' is no address in CIDR notation and no option");
            }
        }

        (IReadOnlyList<Ipv4Cidr> all, _) = await CidrArguments.ResolveAsync(context, Ident, cidrs, "POST", checkAlive: false).ConfigureAwait(false);
        foreach (Ipv4Cidr cidr in all)
        {
            await context.Router.CallAsync("POST", $"/expose/{cidr}{(withoutMasquerade ? "?skipNAT=true" : "")}").ConfigureAwait(false);
            if (fqdn is not null)
            {
                await NameCommands.PutAsync(context, Ident, fqdn, [cidr.Address], checkAlive: false).ConfigureAwait(false);
            }
        }

        CidrArguments.Show(context, all);
        return 0;
    }

    internal static async Task<int> HideAsync(CliContext context, string[] args)
    {
        (IReadOnlyList<string> cidrs, _) = CidrArguments.Take(args);
        (IReadOnlyList<Ipv4Cidr> all, IReadOnlyList<Ipv4Cidr> allocated) = await CidrArguments.ResolveAsync(context, Ident, cidrs, "GET", checkAlive: false).ConfigureAwait(false);
        foreach (Ipv4Cidr cidr in all.Where(OnBridge().Contains))
        {
            if (!await context.Router.AnswersAsync().ConfigureAwait(false))
            {
                HideHere(context, cidr);
                continue;
            }

            await context.Router.CallAsync("DELETE", $"/expose/{cidr}").ConfigureAwait(false);
            await NameCommands.DeleteAsync(context, Ident, null, [cidr.Address]).ConfigureAwait(false);
        }

        foreach (Ipv4Cidr cidr in allocated)
        {
            await context.Router.CallAsync("DELETE", $"/ip/{Ident}/{cidr.Address}").ConfigureAwait(false);
        }

        CidrArguments.Show(context, all);
        return 0;
    }

    private static IReadOnlyList<Ipv4Cidr> OnBridge()
    {
        Links links = new();
        return links.Find(CliEnvironment.Bridge) is { } bridge ? new Addresses(links).List(bridge.Name) : [];
    }

    /// <summary>What the router would do, when none runs: the host must not stay exposed until there is one again.</summary>
    private static void HideHere(CliContext context, Ipv4Cidr cidr)
    {
        new Addresses(new Links()).Remove(CliEnvironment.Bridge, cidr);
        Exposure hidden = new(cidr, Masquerade: true);
        if (OnBridge().Any(other => new Exposure(other, true).Subnet == hidden.Subnet))
        {
            return; // the rules are for the subnet, which is exposed still
        }

        HostIptables firewall = new(new HostPrograms(context.IsLocal ? "/proc/1/ns/mnt" : null));
        string script = FirewallPlan.Hiding(hidden, FirewallState.Parse(firewall.Save()));
        if (script.Length > 0)
        {
            firewall.Restore(script);
        }
    }
}
