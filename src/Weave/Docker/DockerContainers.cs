using System.Globalization;
using System.Net;
using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>Containers. An id may be a name or the beginning of an id.</summary>
public sealed class DockerContainers
{
    private readonly DockerTransport _transport;

    internal DockerContainers(DockerTransport transport) => _transport = transport;

    /// <param name="all">Also those that do not run.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="label">Only those with this label, <c>key</c> or <c>key=value</c>.</param>
    /// <param name="name">Only those whose name matches this expression.</param>
    public async Task<IReadOnlyList<ContainerSummary>> ListAsync(bool all, CancellationToken cancel, string? label = null, string? name = null)
    {
        Dictionary<string, string[]> filters = [];
        if (label is not null)
        {
            filters["label"] = [label];
        }

        if (name is not null)
        {
            filters["name"] = [name];
        }

        string path = $"/containers/json?all={(all ? 1 : 0)}&filters={DockerQuery.Filters(filters)}";
        return await _transport.GetAsync(path, DockerJson.Default.ContainerSummaryArray, cancel).ConfigureAwait(false);
    }

    /// <summary>Null when there is no such container.</summary>
    /// <remarks>Docker answers a question about no name, or about a path, with something else than that it does not know it.</remarks>
    public Task<ContainerDetails?> InspectAsync(string id, CancellationToken cancel) => id.Length == 0 || id.Contains('/', StringComparison.Ordinal)
        ? Task.FromResult<ContainerDetails?>(null)
        : _transport.FindAsync($"/containers/{Uri.EscapeDataString(id)}/json", DockerJson.Default.ContainerDetails, cancel);

    /// <returns>The id.</returns>
    public async Task<string> CreateAsync(string? name, ContainerSpec spec, CancellationToken cancel)
    {
        string path = name is null ? "/containers/create" : $"/containers/create?name={Uri.EscapeDataString(name)}";
        CreatedContainer created = await _transport.PostAsync(
            path, spec, DockerJson.Default.ContainerSpec, DockerJson.Default.CreatedContainer, cancel).ConfigureAwait(false);
        return created.Id;
    }

    /// <summary>Starts it; one that runs already stays as it is.</summary>
    public Task StartAsync(string id, CancellationToken cancel) => _transport.PostAsync($"/containers/{Uri.EscapeDataString(id)}/start", cancel);

    /// <summary>Asks it to end, and kills it after <paramref name="patience"/>. One that does not run stays as it is.</summary>
    public Task StopAsync(string id, TimeSpan patience, CancellationToken cancel) => _transport.PostAsync(
        string.Create(CultureInfo.InvariantCulture, $"/containers/{Uri.EscapeDataString(id)}/stop?t={(int)patience.TotalSeconds}"), cancel);

    /// <summary>Lets one that is paused go on.</summary>
    public Task UnpauseAsync(string id, CancellationToken cancel) => _transport.PostAsync($"/containers/{Uri.EscapeDataString(id)}/unpause", cancel);

    /// <summary>Removes it with its anonymous volumes.</summary>
    /// <returns>It existed.</returns>
    public Task<bool> RemoveAsync(string id, bool force, CancellationToken cancel) =>
        DockerQuery.ExistedAsync(() => _transport.DeleteAsync($"/containers/{Uri.EscapeDataString(id)}?v=1&force={(force ? 1 : 0)}", cancel));

    /// <summary>Waits until it ends.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> WaitAsync(string id, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await _transport.SendAsync(
            HttpMethod.Post, $"/containers/{Uri.EscapeDataString(id)}/wait", null, cancel).ConfigureAwait(false);
        Stream body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        WaitResult? result = await System.Text.Json.JsonSerializer.DeserializeAsync(body, DockerJson.Default.WaitResult, cancel).ConfigureAwait(false);
        return result?.StatusCode ?? throw new DockerException($"Docker did not say how {id} ended");
    }

    /// <summary>What it has said until now.</summary>
    /// <param name="id">The container; it must not have a terminal.</param>
    /// <param name="lines">At most the last so many lines; 0 for all.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<DockerOutput> LogsAsync(string id, int lines, CancellationToken cancel)
    {
        string tail = lines == 0 ? "all" : lines.ToString(CultureInfo.InvariantCulture);
        using HttpResponseMessage answer = await _transport.SendAsync(
            HttpMethod.Get, $"/containers/{Uri.EscapeDataString(id)}/logs?stdout=1&stderr=1&tail={tail}", null, cancel).ConfigureAwait(false);
        return await DockerOutput.ReadAsync(await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
    }

    /// <summary>Runs a command in a running container and waits for its end.</summary>
    public async Task<ExecResult> ExecAsync(string id, IReadOnlyList<string> command, CancellationToken cancel, bool privileged = false)
    {
        ExecSpec spec = new() { AttachStdout = true, AttachStderr = true, Cmd = command, Privileged = privileged };
        CreatedContainer exec = await _transport.PostAsync(
            $"/containers/{Uri.EscapeDataString(id)}/exec", spec, DockerJson.Default.ExecSpec, DockerJson.Default.CreatedContainer, cancel).ConfigureAwait(false);
        using HttpResponseMessage answer = await _transport.SendAsync(
            HttpMethod.Post, $"/exec/{exec.Id}/start", DockerTransport.Json(new ExecStart(), DockerJson.Default.ExecStart), cancel).ConfigureAwait(false);
        DockerOutput output = await DockerOutput.ReadAsync(await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        ExecState state = await _transport.GetAsync($"/exec/{exec.Id}/json", DockerJson.Default.ExecState, cancel).ConfigureAwait(false);
        return new ExecResult(state.ExitCode ?? -1, output);
    }

    /// <summary>Copies a tar archive's contents into the container, which need not run, at <paramref name="directory"/>.</summary>
    public async Task CopyIntoAsync(string id, string directory, Stream tar, CancellationToken cancel)
    {
        using StreamContent content = DockerQuery.Tar(tar);
        (await _transport.SendAsync(
            HttpMethod.Put, $"/containers/{Uri.EscapeDataString(id)}/archive?path={Uri.EscapeDataString(directory)}", content, cancel).ConfigureAwait(false)).Dispose();
    }
}
