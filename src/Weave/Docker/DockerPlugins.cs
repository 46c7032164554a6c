using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>Managed (v2) plugins.</summary>
public sealed class DockerPlugins
{
    private readonly DockerTransport _transport;

    internal DockerPlugins(DockerTransport transport) => _transport = transport;

    /// <summary>Null when there is no such plugin.</summary>
    public Task<PluginDetails?> InspectAsync(string name, CancellationToken cancel) =>
        _transport.FindAsync($"/plugins/{name}/json", DockerJson.Default.PluginDetails, cancel);

    /// <summary>Creates a plugin, disabled, from an archive of <c>config.json</c> and <c>rootfs/</c>.</summary>
    public async Task CreateAsync(string name, Stream tar, CancellationToken cancel)
    {
        using StreamContent content = DockerQuery.Tar(tar);
        (await _transport.SendAsync(HttpMethod.Post, $"/plugins/create?name={Uri.EscapeDataString(name)}", content, cancel).ConfigureAwait(false)).Dispose();
    }

    /// <summary>Changes settings, <c>KEY=value</c> each. The plugin must be disabled.</summary>
    public Task SetAsync(string name, IReadOnlyList<string> settings, CancellationToken cancel) =>
        _transport.PostAsync($"/plugins/{name}/set", [.. settings], DockerJson.Default.StringArray, cancel);

    public Task EnableAsync(string name, CancellationToken cancel) => _transport.PostAsync($"/plugins/{name}/enable?timeout=30", cancel);

    public Task DisableAsync(string name, bool force, CancellationToken cancel) =>
        _transport.PostAsync($"/plugins/{name}/disable?force={(force ? 1 : 0)}", cancel);

    /// <returns>It existed.</returns>
    public Task<bool> RemoveAsync(string name, bool force, CancellationToken cancel) =>
        DockerQuery.ExistedAsync(() => _transport.DeleteAsync($"/plugins/{name}?force={(force ? 1 : 0)}", cancel));
}
