using System.Runtime.CompilerServices;
using System.Text.Json;
using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>The stream of events.</summary>
public sealed class DockerEvents
{
    private readonly DockerTransport _transport;

    internal DockerEvents(DockerTransport transport) => _transport = transport;

    /// <summary>Events of containers from now on, until dockerd goes away (the sequence then ends or throws).</summary>
    /// <param name="subscribed">Called when Docker has accepted the subscription: what happens after that is reported.</param>
    /// <param name="cancel">Ends the subscription.</param>
    public async IAsyncEnumerable<ContainerEvent> ContainersAsync(Action subscribed, [EnumeratorCancellation] CancellationToken cancel)
    {
        string filters = DockerQuery.Filters(new() { ["type"] = ["container", "network"], ["event"] = ["start", "die", "destroy", "rename", "connect", "disconnect"] });
        using HttpResponseMessage answer = await _transport.SendAsync(HttpMethod.Get, $"/events?filters={filters}", null, cancel).ConfigureAwait(false);
        subscribed();
        using StreamReader lines = new(await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false));
        while (await lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
        {
            if (JsonSerializer.Deserialize(line, DockerJson.Default.ContainerEvent)?.OfContainer() is { Actor.ID.Length: > 0 } happened)
            {
                yield return happened;
            }
        }
    }
}
