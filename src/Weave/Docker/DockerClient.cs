using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>The Docker API, as far as we need it. Safe from any thread. Every call throws <see cref="DockerException"/>.</summary>
/// <remarks>Calls have no time-out of their own: pass a token that ends. Field names are Docker's.</remarks>
public sealed class DockerClient : IDisposable
{
    public const string DefaultHost = "unix:///var/run/docker.sock";

    private readonly DockerTransport _transport;

    /// <param name="host"><c>unix:///path</c>, <c>tcp://host:port</c> or <c>host:port</c>. Nothing is sent yet.</param>
    /// <param name="tls">What to trust on the way; null for a connection in the clear.</param>
    /// <exception cref="DockerException">It cannot be understood.</exception>
    public DockerClient(string host = DefaultHost, DockerTls? tls = null)
    {
        _transport = new DockerTransport(host, tls);
        Containers = new DockerContainers(_transport);
        Images = new DockerImages(_transport);
        Networks = new DockerNetworks(_transport);
        Volumes = new DockerVolumes(_transport);
        Plugins = new DockerPlugins(_transport);
        Events = new DockerEvents(_transport);
    }

    public DockerContainers Containers { get; }

    public DockerImages Images { get; }

    public DockerNetworks Networks { get; }

    public DockerVolumes Volumes { get; }

    public DockerPlugins Plugins { get; }

    public DockerEvents Events { get; }

    public Task<EngineVersion> VersionAsync(CancellationToken cancel) =>
        _transport.GetAsync("/version", DockerJson.Default.EngineVersion, cancel);

    public Task<EngineInfo> InfoAsync(CancellationToken cancel) => _transport.GetAsync("/info", DockerJson.Default.EngineInfo, cancel);

    /// <summary>Nodes of the swarm. Only managers know them; others refuse (503).</summary>
    public async Task<IReadOnlyList<SwarmNode>> NodesAsync(CancellationToken cancel) =>
        await _transport.GetAsync("/nodes", DockerJson.Default.SwarmNodeArray, cancel).ConfigureAwait(false);

    public void Dispose() => _transport.Dispose();
}
