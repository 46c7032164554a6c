using Weave.Docker.Model;

namespace Weave.Docker.Managed;

/// <summary>
/// The guard of our sockets as a managed plugin: dockerd starts it before it touches networks and containers, and ends
/// it after them, which nothing else in its hands does (docs/adr/0076).
/// </summary>
internal static class GuardPlugin
{
    internal const string Name = "weave/guard:latest";

    /// <summary>Docker's directory of sockets, as the guard sees it.</summary>
    private const string Sockets = "/sockets";

    private const string ReadySocket = "guard.sock";

    /// <summary>In its root file system, which outlives dockerd and the host's restart: no router was here yet.</summary>
    private const string NoRouter = "no-router";

    /// <summary>Makes it run, from these files.</summary>
    /// <param name="docker">The engine.</param>
    /// <param name="digest">Tells these files from others.</param>
    /// <param name="files">Its root file system, read only when it is needed.</param>
    /// <param name="cancel">Gives up.</param>
    internal static async Task EnsureAsync(DockerClient docker, string digest, Func<IReadOnlyList<PluginFile>> files, CancellationToken cancel)
    {
        string config = Config(digest);
        PluginDetails? there = await docker.Plugins.InspectAsync(Name, cancel).ConfigureAwait(false);
        if (there is not null && there.Config?.Description != Description(digest))
        {
            await RemoveAsync(docker, cancel).ConfigureAwait(false);
            there = null;
        }

        if (there is null)
        {
            using MemoryStream archive = ManagedPlugin.Archive(config, [.. files(), new PluginFile(NoRouter, [], null, 0x1A4)]);
            await docker.Plugins.CreateAsync(Name, archive, cancel).ConfigureAwait(false);
        }

        if (there is not { Enabled: true })
        {
            await docker.Plugins.EnableAsync(Name, cancel).ConfigureAwait(false);
        }
    }

    /// <returns>It is installed, running or not.</returns>
    internal static async Task<bool> IsThereAsync(DockerClient docker, CancellationToken cancel) =>
        await docker.Plugins.InspectAsync(Name, cancel).ConfigureAwait(false) is not null;

    /// <returns>It existed.</returns>
    internal static Task<bool> RemoveAsync(DockerClient docker, CancellationToken cancel) => docker.Plugins.RemoveAsync(Name, force: true, cancel);

    /// <summary>It may do nothing and sees nothing but the directory of sockets.</summary>
    private static string Config(string digest) => $$"""
        {
          "description": "{{Description(digest)}}",
          "documentation": "https://weave.works",
          "entrypoint": ["/usr/bin/weave", "plugin-guard", "{{Sockets}}", "/run/docker/plugins/{{ReadySocket}}", "/{{NoRouter}}"],
          "workdir": "/",
          "interface": { "socket": "{{ReadySocket}}", "types": ["weave.guard/1.0"] },
          "network": { "type": "none" },
          "linux": { "capabilities": [] },
          "mounts": [{ "destination": "{{Sockets}}", "type": "bind", "source": "/run/docker/plugins", "options": ["rbind", "rw"] }]
        }

        """;

    private static string Description(string digest) => $"Answers Docker while Weave Net is down ({digest[..Math.Min(12, digest.Length)]})";
}
