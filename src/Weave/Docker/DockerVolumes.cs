using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>Named volumes.</summary>
public sealed class DockerVolumes
{
    private readonly DockerTransport _transport;

    internal DockerVolumes(DockerTransport transport) => _transport = transport;

    /// <summary>Null when there is no such volume.</summary>
    public Task<VolumeDetails?> InspectAsync(string name, CancellationToken cancel) =>
        _transport.FindAsync($"/volumes/{Uri.EscapeDataString(name)}", DockerJson.Default.VolumeDetails, cancel);

    /// <summary>Creates it, or returns the one that is there.</summary>
    public Task<VolumeDetails> CreateAsync(VolumeSpec spec, CancellationToken cancel) =>
        _transport.PostAsync("/volumes/create", spec, DockerJson.Default.VolumeSpec, DockerJson.Default.VolumeDetails, cancel);

    /// <returns>It existed.</returns>
    public Task<bool> RemoveAsync(string name, bool force, CancellationToken cancel) =>
        DockerQuery.ExistedAsync(() => _transport.DeleteAsync($"/volumes/{Uri.EscapeDataString(name)}?force={(force ? 1 : 0)}", cancel));
}
