using Weave.Cli.Launch;
using Weave.Docker;
using Weave.Docker.Managed;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary><c>weave plugin-v2</c>: the managed plugin, made from this binary.</summary>
internal static class ManagedPluginCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        switch (args)
        {
            case ["create"] or ["create", _]:
                string name = args.Length == 2 ? args[1] : ManagedPlugin.DefaultName;
                await ManagedPlugin.CreateAsync(context.Docker, name, SocketGuard.Files(), context.Cancel).ConfigureAwait(false);
                await context.Output.WriteLineAsync(name).ConfigureAwait(false);
                return 0;
            case ["directory", { Length: > 0 } path]:
                ManagedPlugin.WriteTo(path, SocketGuard.Files());
                return 0;
            default:
                throw new UsageException("weave plugin-v2: 'create [<name>]' or 'directory <path>' is needed");
        }
    }

    /// <summary>In the plugin: reads the settings, looks for the other nodes, and becomes the router.</summary>
    internal static async Task<int> RunRouterAsync()
    {
        string range = ManagedPluginArguments.Range(Environment.GetEnvironmentVariable);
        if (OverlapOf(range) is { Length: > 0 } route)
        {
            await Console.Error.WriteLineAsync(
                $"Network {range} overlaps with existing route {route} on host: set another IPALLOC_RANGE on all nodes (docker plugin set PLUGIN IPALLOC_RANGE=...)").ConfigureAwait(false);
            return 1;
        }

        IReadOnlyList<string> arguments = ManagedPluginArguments.From(Environment.GetEnvironmentVariable, await FindPeersAsync().ConfigureAwait(false));
        return await RouterCommand.RunAsync([.. arguments]).ConfigureAwait(false);
    }

    /// <returns>What the host reaches already in this range; empty for nothing. Whether it is a range at all the router says.</returns>
    private static string OverlapOf(string range) =>
        Ipv4Cidr.TryParse(range, out Ipv4Cidr cidr) ? HostFactsCommand.Overlap(new Links(), cidr, CliEnvironment.Bridge) : "";

    /// <summary>Nobody, when dockerd cannot be asked: at boot it waits for its plugins before it answers.</summary>
    private static async Task<IReadOnlyList<string>> FindPeersAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        using DockerClient docker = new();
        try
        {
            return await SwarmPeers.FindAsync(docker, patience.Token).ConfigureAwait(false);
        }
        catch (Exception unreachable) when (unreachable is DockerException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"No answer from Docker ({unreachable.Message}): connecting to the peers of the last run").ConfigureAwait(false);
            return [];
        }
    }
}
