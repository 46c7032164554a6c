using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Two connections to one peer. When both live, both ends know both and keep the same one. When one is dead and only the
/// other end knows, the living one must win; and whatever path carries data goes on until its successor was heard of.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.8, docs/adr/0093-redials-that-win.md.</remarks>
public sealed partial class MeshRouter
{
    private readonly DialledUids _uids = new();

    /// <summary>
    /// The other end of a connection does not answer in TCP, or does again. Such a connection is dialled anew beside itself,
    /// and lets every other win; it ends only when it is replaced, or by silence as ever.
    /// </summary>
    public void OnAnswering(Moment now, ConnectionId id, bool answers)
    {
        if (!_connections.TryGetValue(id, out MeshConnection? connection) || !connection.IsRegistered || connection.InDoubt != answers)
        {
            return;
        }

        connection.InDoubt = !answers;
        _maker.OnDoubt(now.Elapsed, id, connection.InDoubt);
        if (connection.InDoubt)
        {
            Note(MeshNote.ConnectionDoubted, connection, "the other end does not answer, connecting anew beside it");
            DecideOnRivals(now, connection.Peer!.Name);
        }
    }

    /// <summary>We dialled, and know now whom: says who we are.</summary>
    private void IntroduceOurselves(Moment now, MeshConnection connection, Introduction? peer)
    {
        if (peer is not null)
        {
            bool replaces = _neighbours.TryGetValue(peer.Name, out MeshConnection? old) && old.InDoubt;
            connection.ConnectionPart = _uids.Choose(now.Elapsed, peer.Name, peer.ConnectionPart, connection.ConnectionPart, replaces, _random);
        }

        connection.Session!.IntroduceOurselves(FeaturesFor(connection), connection.Output);
        Touch(connection);
    }

    private Dictionary<string, string> FeaturesFor(MeshConnection connection) =>
        Introduction.Features(_topology, connection.ConnectionPart, connection.Trusted, _options.OverlayFeatures);

    /// <summary>Which of two connections stays.</summary>
    private TieBreak Decide(MeshConnection connection, Introduction peer, MeshConnection old) =>
        !_options.OriginalRules && (old.Peer!.Uid != peer.Uid || old.InDoubt)
            ? TieBreak.KeepNew // an earlier incarnation cannot live, and of the other nobody knows
            : TieBreaker.Decide(connection.ConnectionPart ^ peer.ConnectionPart, old.Overlay!.Uid);

    /// <summary>Of two connections to one peer both ends keep the same one.</summary>
    /// <returns>False when the new one is not to be registered, or not yet.</returns>
    private bool SettleDuplicate(Moment now, MeshConnection connection, Introduction peer, MeshSessionEvent.Introduced introduced)
    {
        if (!_neighbours.TryGetValue(peer.Name, out MeshConnection? old))
        {
            return true;
        }

        switch (Decide(connection, peer, old))
        {
            case TieBreak.KeepNew:
                EndHeld(now, peer.Name);
                End(now, old, Duplicate(peer), TargetEnd.Failed, linger: true);
                return true;
            case TieBreak.KeepOld when !_options.OriginalRules && !connection.Outbound:
                Hold(now, connection, introduced);
                return false;
            case TieBreak.KeepOld:
                End(now, connection, Duplicate(peer), TargetEnd.Failed, linger: false);
                return false;
            default:
                End(now, old, Duplicate(peer), TargetEnd.Failed, linger: true);
                End(now, connection, Duplicate(peer), TargetEnd.Failed, linger: false);
                return false;
        }
    }

    private void Hold(Moment now, MeshConnection connection, MeshSessionEvent.Introduced introduced)
    {
        EndHeld(now, connection.Peer!.Name);
        connection.Held = new HeldConnection(introduced, now.Elapsed);
        connection.Deadline = now.Elapsed + MeshTimes.Handshake;
    }

    private void EndHeld(Moment now, PeerName peer)
    {
        foreach (MeshConnection held in HeldFor(peer))
        {
            End(now, held, Duplicate(held.Peer!), TargetEnd.Failed, linger: false);
        }
    }

    private List<MeshConnection> HeldFor(PeerName peer) =>
        [.. _connections.Values.Where(connection => connection.Held is not null && connection.Peer!.Name == peer)];

    /// <summary>Something was said on a connection that is held.</summary>
    private static void OnHeldMessage(Moment now, MeshConnection connection, ReadOnlyMemory<byte> message)
    {
        HeldConnection held = connection.Held!;
        if (!held.IsSpokenOn)
        {
            connection.Deadline = now.Elapsed + MeshTimes.Spoken;
        }

        held.Add(message);
    }

    /// <summary>The time of a held connection is over: it is the right one if it was spoken on and the other one was not.</summary>
    private void OnHoldOver(Moment now, MeshConnection connection)
    {
        HeldConnection held = connection.Held!;
        bool otherIsDead = !_neighbours.TryGetValue(connection.Peer!.Name, out MeshConnection? old) || old.HeardAt <= held.Since;
        if (held.IsSpokenOn && otherIsDead)
        {
            Prefer(now, connection);
        }
        else
        {
            End(now, connection, Duplicate(connection.Peer), TargetEnd.Failed, linger: false);
        }
    }

    /// <summary>What stood in the way of held connections to <paramref name="peer"/> is gone or in doubt.</summary>
    private void DecideOnRivals(Moment now, PeerName peer)
    {
        if (HeldFor(peer) is [.., MeshConnection last])
        {
            Prefer(now, last);
        }
    }

    /// <summary>Registers a held connection instead of the one that there is.</summary>
    private void Prefer(Moment now, MeshConnection connection)
    {
        HeldConnection held = connection.Held!;
        connection.Held = null;
        bool succeeds = IsEstablishedTo(connection.Peer!.Name);
        if (_neighbours.TryGetValue(connection.Peer.Name, out MeshConnection? old))
        {
            End(now, old, Duplicate(connection.Peer), TargetEnd.Failed, linger: true);
        }

        if (Register(now, connection, connection.Peer, held.Introduced, succeeds))
        {
            foreach (ReadOnlyMemory<byte> message in held.Messages.TakeWhile(_ => _connections.ContainsKey(connection.Id)))
            {
                OnMessage(now, connection, message);
            }
        }
    }

    private bool IsEstablishedTo(PeerName peer) =>
        _neighbours.TryGetValue(peer, out MeshConnection? old) && old.Phase == ConnectionPhase.Established;

    /// <summary>
    /// Starts the overlay of a registered connection, and ends that of an earlier one which carried the data until now. The
    /// path of the earlier one is used on until both ends call the link of the new one established.
    /// </summary>
    private void StartOverlay(MeshConnection connection)
    {
        connection.OverlayDue = null;
        _effects.Add(new MeshEffect.OverlayPrepare(connection.Overlay!));
        EndLinger(connection.Peer!.Name);
        _effects.Add(new MeshEffect.OverlayConfirm(connection.Id));
    }

    private string Duplicate(Introduction peer) =>
        $"Multiple connections to {Describe(peer.Name, peer.Nickname)} added to {Describe(Self, SelfNickname)}";
}
