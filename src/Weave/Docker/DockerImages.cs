using System.Text.Json;
using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>Images. A name is <c>repository:tag</c>, or an id.</summary>
public sealed class DockerImages
{
    private readonly DockerTransport _transport;

    internal DockerImages(DockerTransport transport) => _transport = transport;

    /// <summary>Null when there is no such image.</summary>
    public Task<ImageDetails?> InspectAsync(string name, CancellationToken cancel) =>
        _transport.FindAsync($"/images/{name}/json", DockerJson.Default.ImageDetails, cancel);

    /// <summary>Loads an archive as <c>docker save</c> writes it.</summary>
    /// <exception cref="DockerException">Docker found the archive wrong, which it says only in the course of the answer.</exception>
    public async Task LoadAsync(Stream archive, CancellationToken cancel)
    {
        using StreamContent content = DockerQuery.Tar(archive);
        using HttpResponseMessage answer = await _transport.SendAsync(HttpMethod.Post, "/images/load?quiet=1", content, cancel).ConfigureAwait(false);
        using StreamReader lines = new(await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false));
        while (await lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0 && JsonSerializer.Deserialize(line, DockerJson.Default.ProgressLine)?.Error is { } error)
            {
                throw new DockerException(error);
            }
        }
    }

    public Task TagAsync(string name, string repository, string tag, CancellationToken cancel) => _transport.PostAsync(
        $"/images/{name}/tag?repo={Uri.EscapeDataString(repository)}&tag={Uri.EscapeDataString(tag)}", cancel);

    /// <returns>It existed.</returns>
    public Task<bool> RemoveAsync(string name, bool force, CancellationToken cancel) =>
        DockerQuery.ExistedAsync(() => _transport.DeleteAsync($"/images/{name}?force={(force ? 1 : 0)}", cancel));
}
