using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>Networks. An id may be a name or the beginning of an id.</summary>
public sealed class DockerNetworks
{
    private readonly DockerTransport _transport;

    internal DockerNetworks(DockerTransport transport) => _transport = transport;

    /// <summary>All networks, without their containers.</summary>
    public async Task<IReadOnlyList<NetworkDetails>> ListAsync(CancellationToken cancel) =>
        await _transport.GetAsync("/networks", DockerJson.Default.NetworkDetailsArray, cancel).ConfigureAwait(false);

    /// <summary>Null when there is no such network.</summary>
    public Task<NetworkDetails?> InspectAsync(string id, CancellationToken cancel) =>
        _transport.FindAsync($"/networks/{Uri.EscapeDataString(id)}", DockerJson.Default.NetworkDetails, cancel);

    /// <returns>The id.</returns>
    public async Task<string> CreateAsync(NetworkSpec spec, CancellationToken cancel) =>
        (await _transport.PostAsync(
            "/networks/create", spec, DockerJson.Default.NetworkSpec, DockerJson.Default.CreatedContainer, cancel).ConfigureAwait(false)).Id;

    /// <returns>It existed.</returns>
    public Task<bool> RemoveAsync(string id, CancellationToken cancel) =>
        DockerQuery.ExistedAsync(() => _transport.DeleteAsync($"/networks/{Uri.EscapeDataString(id)}", cancel));

    public Task DisconnectAsync(string id, string container, bool force, CancellationToken cancel) => _transport.PostAsync(
        $"/networks/{Uri.EscapeDataString(id)}/disconnect",
        new NetworkDisconnect(container, force),
        DockerJson.Default.NetworkDisconnect,
        cancel);
}
