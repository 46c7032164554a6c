using System.Globalization;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// From the neighbour's introduction to an established connection: who is it, may it be, is there another connection
/// to it, prepare the overlay, list it, confirm the overlay. Nothing it gossips is looked at before all that.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.7, §1.8.</remarks>
public sealed partial class MeshRouter
{
    private bool IsFull => _options.ConnectionLimit > 0 && _neighbours.Count >= _options.ConnectionLimit;

    private string LimitReached => string.Create(CultureInfo.InvariantCulture, $"Connection limit reached ({_options.ConnectionLimit})");

    /// <summary>The overlay of a connection works.</summary>
    public void OnOverlayEstablished(Moment now, ConnectionId id)
    {
        if (!_connections.TryGetValue(id, out MeshConnection? connection) || connection.Phase != ConnectionPhase.Registered)
        {
            return;
        }

        connection.Phase = ConnectionPhase.Established;
        _topology.SetOwnLink(connection.ToLink());
        _routes.Request(now.Elapsed);
        AnnounceSelf(now);
        Note(MeshNote.ConnectionEstablished, connection, "connection fully established");
    }

    private void OnIntroduced(Moment now, MeshConnection connection, MeshSessionEvent.Introduced introduced)
    {
        Introduction? peer = Introduction.Read(introduced.RemoteFeatures, out string error);
        if (peer is null)
        {
            End(now, connection, error, TargetEnd.Failed, linger: false);
            return;
        }

        connection.Peer = peer;
        if (Refuse(now, connection, peer) is (string reason, TargetEnd how))
        {
            End(now, connection, reason, how, linger: false);
            return;
        }

        bool succeeds = _neighbours.TryGetValue(peer.Name, out MeshConnection? old) && old.Phase == ConnectionPhase.Established;
        if (SettleDuplicate(now, connection, peer))
        {
            Register(now, connection, peer, introduced, succeeds);
        }
    }

    /// <summary>Why this neighbour cannot be had; null when it can.</summary>
    private (string Reason, TargetEnd How)? Refuse(Moment now, MeshConnection connection, Introduction peer)
    {
        if (!connection.AcceptNewPeer && !_topology.Contains(peer.Name))
        {
            return ($"Found unknown remote name: {peer.Name} at {connection.Address}", TargetEnd.Failed);
        }

        if (peer.Name == Self)
        {
            return peer.Uid == SelfUid
                ? ("cannot connect to ourself", TargetEnd.ConnectedToSelf)
                : (CollideWith(now, connection, peer), TargetEnd.NameCollision);
        }

        return RefuseNamesake(now, connection, peer) is string namesake ? (namesake, TargetEnd.Failed) : null;
    }

    /// <summary>Of two connections to one peer both ends keep the same one.</summary>
    /// <returns>False when the new one is gone.</returns>
    private bool SettleDuplicate(Moment now, MeshConnection connection, Introduction peer)
    {
        string duplicate = $"Multiple connections to {Describe(peer.Name, peer.Nickname)} added to {Describe(Self, SelfNickname)}";
        if (_neighbours.TryGetValue(peer.Name, out MeshConnection? old))
        {
            TieBreak decision = TieBreaker.Decide(connection.ConnectionPart ^ peer.ConnectionPart, old.Overlay!.Uid);
            if (decision != TieBreak.KeepOld)
            {
                End(now, old, duplicate, TargetEnd.Failed, linger: false);
            }

            if (decision != TieBreak.KeepNew)
            {
                End(now, connection, duplicate, TargetEnd.Failed, linger: false);
                return false;
            }
        }

        if (IsFull)
        {
            End(now, connection, LimitReached, TargetEnd.Failed, linger: false);
            return false;
        }

        return true;
    }

    private void Register(Moment now, MeshConnection connection, Introduction peer, MeshSessionEvent.Introduced introduced, bool succeeds)
    {
        PeerEntry? known = _topology.Entry(peer.Name);
        bool restarted = known is not null && known.Uid != peer.Uid;
        bool reachable = _routes.Established.TryNextHop(peer.Name, out _);
        _topology.Hold(peer.Name, peer.Nickname, peer.Uid, peer.ShortId, _changes);
        bool clear = introduced.SessionKey is null || (connection.Trusted && peer.TrustsUs);
        connection.Encrypted = introduced.SessionKey is null ? null : !clear;
        connection.Overlay = new OverlayConnection(
            connection.Id,
            connection.ConnectionPart ^ peer.ConnectionPart,
            Self,
            peer.Name,
            _topology.SelfShortId,
            peer.ShortId,
            connection.Outbound,
            connection.Local!,
            connection.Remote!,
            clear ? null : introduced.SessionKey,
            peer.Overlays,
            introduced.RemoteFeatures,
            Introduction.Features(_topology, connection.ConnectionPart, connection.Trusted, _options.OverlayFeatures),
            introduced.Version);
        _effects.Add(new MeshEffect.OverlayPrepare(connection.Overlay));

        connection.Phase = ConnectionPhase.Registered;
        connection.Deadline = now.Elapsed + MeshTimes.Silence;
        connection.HeartbeatDue = now.Elapsed + MeshTimes.Heartbeat;
        _neighbours.Add(peer.Name, connection);
        _topology.SetOwnLink(connection.ToLink());
        _maker.OnRegistered(connection.Id, peer.Name, connection.Address, connection.Outbound);

        // While data lingers a peer can be reachable without control: what happened meanwhile was told to nobody.
        if (restarted || !reachable || _lingering.Count > 0 || _straight.Count > 0)
        {
            SendEverything(now, connection);
        }

        TakeOver(peer.Name, succeeds);
        _routes.Request(now.Elapsed);
        AnnounceSelf(now, peer.Name);
        _effects.Add(new MeshEffect.OverlayConfirm(connection.Id));
        Note(MeshNote.ConnectionAdded, connection, restarted ? "connection added (restarted peer)" : reachable ? "connection added" : "connection added (new peer)");
    }

    /// <summary>The path of an earlier connection is used on until both ends call the link of the new one established.</summary>
    private void TakeOver(PeerName neighbour, bool succeeds)
    {
        if ((succeeds && !_options.OriginalRules) || _lingering.ContainsKey(neighbour))
        {
            _straight.Add(neighbour);
        }

        EndLinger(neighbour);
    }

    private static string Describe(PeerName name, string nickname) => $"{name}({nickname})";

    private void Note(MeshNote kind, MeshConnection connection, string text) =>
        _effects.Add(new MeshEffect.Note(kind, connection.Peer?.Name ?? PeerName.Unknown, connection.Address, text));
}
