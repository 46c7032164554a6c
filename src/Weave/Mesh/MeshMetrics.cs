using Weave.Core.Mesh;
using Weave.Overlay;
using Weave.Status;

namespace Weave.Mesh;

/// <summary>Metrics of the mesh that the original does not have: of each connection, and of gossip.</summary>
internal sealed class MeshMetrics(IMeshState mesh, IOverlayManager overlays) : IMetricSource
{
    public async ValueTask<IReadOnlyList<Metric>> CollectAsync(CancellationToken cancel)
    {
        MeshStatus status = await mesh.StatusAsync(cancel).ConfigureAwait(false);
        IReadOnlyDictionary<ConnectionId, LinkFigures> figures = await mesh.FiguresAsync(cancel).ConfigureAwait(false);
        return
        [
            .. status.Connections.SelectMany(connection => Of(connection, overlays.StatusOf(connection.Id), figures.GetValueOrDefault(connection.Id))),
            .. status.Channels.Select(channel => new Metric(
                "weave_gossip_faults_total", "Gossip messages that could not be taken; none of them costs a connection.", channel.Faults, ("channel", channel.Name))),
            new("weave_gossip_received_bytes_total", "Received on control connections since the start.", status.BytesReceived),
            new("weave_gossip_sent_bytes_total", "Sent on control connections since the start.", status.BytesSent),
        ];
    }

    private static IEnumerable<Metric> Of(ConnectionStatus connection, OverlayStatus? overlay, LinkFigures? figures)
    {
        (string, string)[] labels =
        [
            ("peer", connection.Remote.ToString()), ("nickname", connection.RemoteNickname), ("id", $"{connection.Id.Value}"),
        ];
        yield return new Metric("weave_connection_control_received_bytes_total", "Received on the control connection.", connection.BytesReceived, labels);
        yield return new Metric("weave_connection_control_sent_bytes_total", "Sent on the control connection.", connection.BytesSent, labels);
        if (figures is not null)
        {
            yield return new Metric("weave_connection_control_queue_bytes", "Waiting to be sent on the control connection.", figures.QueuedBytes, labels);
            if (figures.RoundTrip is { } roundTrip)
            {
                yield return new Metric("weave_connection_rtt_seconds", "Shortest round trip of the last minutes.", roundTrip.TotalSeconds, labels);
            }
        }

        if (overlay is null)
        {
            yield break;
        }

        (string, string)[] data = [.. labels, ("type", overlay.Name)];
        yield return new Metric("weave_connection_mtu_bytes", "Largest packet that needs no fragmentation.", overlay.MtuBytes, data);
        if (overlay.Traffic is { } traffic)
        {
            yield return new Metric("weave_connection_received_bytes_total", "Data received from the neighbour.", traffic.ReceivedBytes, data);
            yield return new Metric("weave_connection_sent_bytes_total", "Data sent to the neighbour.", traffic.SentBytes, data);
            yield return new Metric("weave_connection_drops_total", "Frames and datagrams of the neighbour that were dropped.", traffic.Dropped, data);
        }
    }
}
