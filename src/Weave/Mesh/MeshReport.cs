using System.Globalization;
using Weave.Api;
using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Overlay;
using Weave.Status;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Mesh;

/// <summary>The mesh in the report.</summary>
internal sealed class MeshReport(IMeshState mesh, IOverlayManager overlays, ControlLoop loop, TimeProvider time, DaemonOptions options) : IReportSection
{
    public async ValueTask<StatusReport> AddToAsync(StatusReport report, CancellationToken cancel)
    {
        MeshStatus status = await mesh.StatusAsync(cancel).ConfigureAwait(false);
        IReadOnlyDictionary<ConnectionId, LinkFigures> figures = await mesh.FiguresAsync(cancel).ConfigureAwait(false);
        Dictionary<PeerName, string> nicknames = status.Peers.ToDictionary(peer => peer.Name, peer => peer.Nickname);
        string NicknameOf(PeerName peer) => nicknames.GetValueOrDefault(peer, "");
        return report with
        {
            Router = new RouterReport
            {
                ProtocolMinVersion = status.ProtocolMinVersion,
                ProtocolMaxVersion = status.ProtocolMaxVersion,
                Encryption = status.Encryption,
                PeerDiscovery = status.Discovery,
                Name = status.Name.ToString(),
                NickName = status.Nickname,
                Port = status.Port,
                Peers = [.. status.Peers.Select(peer => Peer(peer, NicknameOf))],
                UnicastRoutes = [.. status.UnicastRoutes.Select(route => new UnicastRouteReport(route.Destination.ToString(), route.Via.ToString()))],
                BroadcastRoutes = [.. status.BroadcastRoutes.Select(route => new BroadcastRouteReport
                {
                    Source = route.Source.ToString(),
                    Via = [.. route.Via.Select(via => via.ToString())],
                })],
                Connections = [.. status.Connections.Select(connection => Connection(connection, figures.GetValueOrDefault(connection.Id))), .. status.Attempts.Select(Attempt).OfType<ConnectionReport>()],
                TerminationCount = (ulong)status.TerminationCount,
                Targets = status.Targets,
                TrustedSubnets = [.. status.TrustedSubnets.Select(subnet => subnet.ToString())],
                Interface = options.WeaveBridge,
                Problems = Problems(status),
            },
        };
    }

    private static IReadOnlyList<string>? Problems(MeshStatus status) => Lists.OrNull<string>(
    [
        .. status.Channels.Where(channel => channel.Faults > 0).Select(channel => string.Create(
            CultureInfo.InvariantCulture, $"{channel.Name}: {channel.Faults} messages could not be taken, last from {channel.LastFaultFrom}: {channel.LastFault}")),
        .. status.NameCollision is { } collision ? [collision] : Array.Empty<string>(),
    ]);

    private static PeerReport Peer(PeerRecord peer, Func<PeerName, string> nicknameOf) => new()
    {
        Name = peer.Name.ToString(),
        NickName = peer.Nickname,
        UID = peer.Uid,
        ShortID = peer.ShortId?.Value ?? 0,
        Version = peer.Version,
        Connections = [.. peer.Links.Select(link => new PeerConnectionReport(
            link.Remote.ToString(), nicknameOf(link.Remote), link.Address, link.Outbound, link.Established))],
    };

    private ConnectionReport Connection(ConnectionStatus connection, LinkFigures? figures)
    {
        OverlayStatus? overlay = overlays.StatusOf(connection.Id);
        return new ConnectionReport
        {
            Address = connection.Address,
            Outbound = connection.Outbound,
            State = connection.Established ? "established" : "pending",
            Info = ConnectionReport.InfoOf(overlay?.Name, $"{connection.Remote}({connection.RemoteNickname})", connection.Encrypted)
                + (connection.Lingering ? " control connection lost, data goes on" : ""),
            Attrs = Attributes(connection, overlay, figures),
        };
    }

    private static SortedDictionary<string, object> Attributes(ConnectionStatus connection, OverlayStatus? overlay, LinkFigures? figures)
    {
        SortedDictionary<string, object> attributes = new(StringComparer.Ordinal);
        if (overlay is not null)
        {
            attributes[ConnectionAttributes.Overlay] = overlay.Name;
            attributes[ConnectionAttributes.Mtu] = overlay.MtuBytes;
            if (overlay.Cipher.Length > 0)
            {
                attributes[ConnectionAttributes.Cipher] = overlay.Cipher;
            }
        }

        if (connection.Encrypted == true)
        {
            attributes[ConnectionAttributes.Encrypted] = true;
        }

        if (connection.ProtocolVersion < DaemonOptions.MaxProtocol)
        {
            attributes[ConnectionAttributes.Protocol] = connection.ProtocolVersion;
        }

        if (figures?.RoundTrip is { } roundTrip)
        {
            attributes[ConnectionAttributes.RoundTrip] = Math.Round(roundTrip.TotalMilliseconds, 3);
        }

        return attributes;
    }

    /// <summary>What the original shows of an address that it tries to connect to; null for what is connected or not wanted.</summary>
    private ConnectionReport? Attempt(TargetStatus target)
    {
        (string State, string Info)? shown = target.State switch
        {
            TargetState.Waiting => target.LastError is { } error ? ("failed", $"{error}, retry: {When(target.TryAfter)}") : ("waiting", $"until: {When(target.TryAfter)}"),
            TargetState.Attempting => target.LastError is { } error ? ("retrying", error) : ("connecting", ""),
            _ => null,
        };
        return shown is { } attempt ? new ConnectionReport { Address = target.Address, Outbound = true, State = attempt.State, Info = attempt.Info } : null;
    }

    private string When(TimeSpan? elapsed) => elapsed is { } due
        ? (time.GetUtcNow() + (due - loop.Now.Elapsed)).ToString("yyyy-MM-dd HH:mm:ss.ffffff '+0000 UTC'", CultureInfo.InvariantCulture)
        : "never";
}
