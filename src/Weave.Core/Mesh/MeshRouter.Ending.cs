using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// The end of a connection. An overlay that was up outlives its control connection: data goes on until the overlay
/// itself is lost or a new connection to the neighbour takes over.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.8, docs/adr/0020-data-outlives-the-control-connection.md.</remarks>
public sealed partial class MeshRouter
{
    /// <summary>No overlay works for a connection, or one that lingers is lost.</summary>
    public void OnOverlayFailed(Moment now, ConnectionId id, string reason)
    {
        if (_connections.TryGetValue(id, out MeshConnection? connection))
        {
            End(now, connection, reason, TargetEnd.Failed, linger: false);
            return;
        }

        foreach (MeshConnection lingering in _lingering.Values)
        {
            if (lingering.Id == id)
            {
                EndLinger(lingering.Peer!.Name);
                _straight.Remove(lingering.Peer!.Name);
                if (_neighbours.TryGetValue(lingering.Peer.Name, out MeshConnection? successor) && successor.OverlayDue is not null)
                {
                    StartOverlay(successor);
                }

                Collect(now);
                _routes.Request(now.Elapsed);
                return;
            }
        }
    }

    private void OnSessionEvent(Moment now, MeshConnection connection, MeshSessionEvent happened)
    {
        if (!_connections.ContainsKey(connection.Id))
        {
            return;
        }

        switch (happened)
        {
            case MeshSessionEvent.Introduced introduced:
                OnIntroduced(now, connection, introduced);
                break;
            case MeshSessionEvent.Message message when connection.Held is not null:
                OnHeldMessage(now, connection, message.Bytes);
                break;
            case MeshSessionEvent.Message message:
                OnMessage(now, connection, message.Bytes);
                break;
            case MeshSessionEvent.Failed failed:
                End(now, connection, failed.Reason, TargetEnd.Failed, linger: true);
                break;
        }
    }

    /// <summary>Forgets the connection. What was written before is still sent.</summary>
    private void End(Moment now, MeshConnection connection, string reason, TargetEnd how, bool linger)
    {
        _connections.Remove(connection.Id);
        Flush(connection);
        _effects.Add(new MeshEffect.Close(connection.Id, reason));
        bool dialling = connection.Phase == ConnectionPhase.Dialling;
        Note(dialling ? MeshNote.DialFailed : connection.IsRegistered ? MeshNote.ConnectionClosed : MeshNote.ConnectionRefused, connection, reason);
        if (connection.IsRegistered)
        {
            bool expectedBack = !_options.OriginalRules && !_maker.IsForgotten(connection.Address);
            Delist(now, connection, linger && expectedBack && connection.Phase == ConnectionPhase.Established);
        }

        if (dialling)
        {
            _maker.OnAborted(now.Elapsed, connection.Address, reason);
        }
        else
        {
            _maker.OnTerminated(now.Elapsed, connection.Id, connection.Address, connection.Outbound, how, reason);
        }

        if (connection.IsRegistered && !_neighbours.ContainsKey(connection.Peer!.Name))
        {
            DecideOnRivals(now, connection.Peer.Name);
        }
    }

    private void Delist(Moment now, MeshConnection connection, bool linger)
    {
        PeerName peer = connection.Peer!.Name;
        _neighbours.Remove(peer);
        _uids.OnLost(now.Elapsed, peer);
        if (!_lingering.ContainsKey(peer))
        {
            _straight.Remove(peer);
        }

        _topology.RemoveOwnLink(peer);
        _topology.Release(peer);
        if (linger)
        {
            _lingering[peer] = connection;
        }

        if (connection.OverlayDue is null)
        {
            _effects.Add(new MeshEffect.OverlayStop(connection.Id, linger));
        }

        // Before anything is told: an update with unreachable peers can go in circles.
        Collect(now);
        _routes.Request(now.Elapsed);
        AnnounceSelf(now);
    }

    private void EndLinger(PeerName neighbour)
    {
        if (_lingering.Remove(neighbour, out MeshConnection? old))
        {
            _effects.Add(new MeshEffect.OverlayStop(old.Id, Linger: false));
        }
    }
}
