using Weave.Docker;
using Weave.Docker.Managed;
using Weave.Docker.Model;

namespace Weave.Cli.Launch;

/// <summary>The guard of the plugin's sockets, made from the program that runs right now.</summary>
internal static class SocketGuard
{
    /// <summary>Makes it run. Without it everything works but what happens while the router is down: told, and no reason to fail.</summary>
    internal static async Task EnsureAsync(CliContext context, string digest)
    {
        try
        {
            await GuardPlugin.EnsureAsync(context.Docker, digest, Files, context.Cancel).ConfigureAwait(false);
        }
        catch (DockerException failure)
        {
            await context.Error.WriteLineAsync(
                $"WARNING: the plugin {GuardPlugin.Name} cannot run here ({failure.Message}): while Weave Net is down, Docker will wait 15 s and more for it").ConfigureAwait(false);
        }
    }

    internal static List<PluginFile> Files() =>
        [.. WeaveImage.Files().Select(file => new PluginFile(file.Path, file.Content, file.LinkTo, file.Mode))];

    /// <summary>Containers leave our networks, and those of this host go: Docker keeps nothing for which it would look for us.</summary>
    internal static async Task RemoveNetworksAsync(CliContext context)
    {
        NetworkDetails[] ours = [.. (await context.Docker.Networks.ListAsync(context.Cancel).ConfigureAwait(false)).Where(IsOurs)];
        if (ours.Length > 0 && !await WeaveContainer.RunsAsync(context).ConfigureAwait(false))
        {
            await EnsureAsync(context, await WeaveImage.EnsureAsync(context).ConfigureAwait(false)).ConfigureAwait(false);
        }

        foreach (NetworkDetails network in ours)
        {
            try
            {
                await DisconnectAllAsync(context, network.Id).ConfigureAwait(false);
                if (network.Scope == "local")
                {
                    await context.Docker.Networks.RemoveAsync(network.Id, context.Cancel).ConfigureAwait(false);
                }
            }
            catch (DockerException failure)
            {
                await context.Error.WriteLineAsync($"{network.Name}: {failure.Message}").ConfigureAwait(false);
            }
        }
    }

    /// <summary>Docker would look for us on its behalf: for its links, or for its addresses.</summary>
    private static bool IsOurs(NetworkDetails network) => network.Driver is "weave" or "weavemesh" || network.IPAM?.Driver is "weavemesh";

    private static async Task DisconnectAllAsync(CliContext context, string network)
    {
        NetworkDetails? details = await context.Docker.Networks.InspectAsync(network, context.Cancel).ConfigureAwait(false);
        foreach ((string container, NetworkMember member) in details?.Containers ?? new Dictionary<string, NetworkMember>())
        {
            // Endpoints of containers that are gone are listed as ep-ID, and known by their name.
            string name = container.StartsWith("ep-", StringComparison.Ordinal) ? member.Name ?? container : container;
            await context.Docker.Networks.DisconnectAsync(network, name, force: true, context.Cancel).ConfigureAwait(false);
        }
    }
}
