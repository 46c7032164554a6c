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

    /// <summary>Of a neighbour that does not answer we may get another connection.</summary>
    private bool IsFullOfLiving => IsFull && _neighbours.Values.Count(connection => !connection.InDoubt) >= _options.ConnectionLimit;

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
        if (connection.Outbound)
        {
            IntroduceOurselves(now, connection, peer);
        }

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

        bool succeeds = IsEstablishedTo(peer.Name);
        if (SettleDuplicate(now, connection, peer, introduced))
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

    /// <returns>False when there is no room for another neighbour; then the connection is gone.</returns>
    private bool Register(Moment now, MeshConnection connection, Introduction peer, MeshSessionEvent.Introduced introduced, bool succeeds)
    {
        if (IsFull)
        {
            End(now, connection, LimitReached, TargetEnd.Failed, linger: false);
            return false;
        }

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
            FeaturesFor(connection),
            introduced.Version);

        connection.Phase = ConnectionPhase.Registered;
        connection.Deadline = now.Elapsed + MeshTimes.Silence;
        connection.HeartbeatDue = now.Elapsed + MeshTimes.Heartbeat;
        connection.HeardAt = now.Elapsed;
        _uids.OnRegistered(now.Elapsed, peer.Name, connection.Overlay.Uid);
        _neighbours.Add(peer.Name, connection);
        _topology.SetOwnLink(connection.ToLink());
        _maker.OnRegistered(connection.Id, peer.Name, connection.Address, connection.Outbound);

        // While data lingers a peer can be reachable without control: what happened meanwhile was told to nobody.
        if (restarted || !reachable || _lingering.Count > 0 || _straight.Count > 0)
        {
            SendEverything(now, connection);
        }

        BeginOverlay(now, connection, succeeds);
        _routes.Request(now.Elapsed);
        AnnounceSelf(now, peer.Name);
        Note(MeshNote.ConnectionAdded, connection, restarted ? "connection added (restarted peer)" : reachable ? "connection added" : "connection added (new peer)");
        return true;
    }

    /// <summary>At once, or, while the path of an earlier connection carries data, when the other end has shown that it takes this one.</summary>
    private void BeginOverlay(Moment now, MeshConnection connection, bool succeeds)
    {
        PeerName neighbour = connection.Peer!.Name;
        bool lingers = _lingering.ContainsKey(neighbour);
        if ((succeeds && !_options.OriginalRules) || lingers)
        {
            _straight.Add(neighbour);
        }

        if (lingers)
        {
            connection.OverlayDue = now.Elapsed + MeshTimes.TakeOver;
            Send(connection, [(byte)MessageTag.Heartbeat]); // the other end may wait likewise
        }
        else
        {
            StartOverlay(connection);
        }
    }

    private static string Describe(PeerName name, string nickname) => $"{name}({nickname})";

    private void Note(MeshNote kind, MeshConnection connection, string text) =>
        _effects.Add(new MeshEffect.Note(kind, connection.Peer?.Name ?? PeerName.Unknown, connection.Address, text));
}
