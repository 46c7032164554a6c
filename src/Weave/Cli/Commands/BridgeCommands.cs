using Weave.Core.Firewall;
using Weave.Linux.Netlink;

namespace Weave.Cli.Commands;

/// <summary>Commands about bridges.</summary>
internal static class BridgeCommands
{
    /// <summary>Chain and rule that a bridge joined to ours needs: what goes through ours is not masqueraded.</summary>
    internal const string AttachedChain = "POSTROUTING";

    internal const string AttachedRule = $"-o {CliEnvironment.Bridge} -j ACCEPT";

    internal static async Task<int> TypeAsync(CliContext context, string[] args)
    {
        if (Type(new Links()) is not { } type)
        {
            return 1;
        }

        await context.Output.WriteLineAsync(type).ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> DockerAddressAsync(CliContext context, string[] args)
    {
        Links links = new();
        string bridge = context.Environment.DockerBridge;
        if (links.Find(bridge) is null || new Addresses(links).List(bridge) is not [var first, ..])
        {
            throw new CommandException($"{bridge}: no such bridge, or it has no address");
        }

        await context.Output.WriteAsync(first.Address.ToString()).ConfigureAwait(false);
        return 0;
    }

    internal static Task<int> AttachBridgeAsync(CliContext context, string[] args)
    {
        Links links = new();
        if (Type(links) is null)
        {
            throw new CommandException("Weave bridge not found. Please run 'weave launch' and try again");
        }

        string bridge = args.Length > 0 ? args[0] : context.Environment.DockerBridge;
        string ours = Short("vethwebl" + bridge);
        string theirs = Short("vethwebg" + bridge);
        if (links.Find(ours) is null || links.Find(theirs) is null)
        {
            links.CreateVeth(new VethSpec(ours, theirs) { MtuBytes = links.Find(CliEnvironment.Bridge)!.MtuBytes, Master = CliEnvironment.Bridge });
            links.Change(theirs, new LinkChange { Master = bridge, Up = true });
            links.Change(ours, new LinkChange { Up = true });
        }

        Linux.Firewall.HostIptables firewall = new(new Linux.Firewall.HostPrograms(context.IsLocal ? "/proc/1/ns/mnt" : null));
        if (FirewallState.Parse(firewall.Save()).Rules("nat", AttachedChain)?.Contains(AttachedRule) is not true)
        {
            firewall.Restore($"*nat\n-I {AttachedChain} {AttachedRule}\nCOMMIT\n");
        }

        return Task.FromResult(0);
    }

    /// <summary>The original's word for how the bridge reaches the mesh; null when there is no bridge.</summary>
    private static string? Type(Links links) => links.Find(CliEnvironment.Bridge) switch
    {
        null => null,
        _ when links.List().Any(link => link.Kind == "vxlan" && link.MasterIndex == links.Find(CliEnvironment.Bridge)!.Index) => "bridged_fastdp",
        _ => "bridge",
    };

    private static string Short(string name) => name.Length > Link.LongestName ? name[..Link.LongestName] : name;
}
