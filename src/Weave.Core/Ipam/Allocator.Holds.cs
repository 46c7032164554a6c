using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>Space of ours that is not given out before others agree (docs/adr/0031-taken-over-space-is-held.md).</content>
public sealed partial class Allocator
{
    private readonly FormerOwners _former = new();

    /// <summary>How long a peer that owns nothing and is away is waited for.</summary>
    private static readonly TimeSpan HoldMemory = TimeSpan.FromMinutes(2);

    private readonly SortedDictionary<PeerName, TimeSpan> _goneSince = [];

    private bool _recordLost;

    /// <summary>This process began without a record: what others tell of its own may be long given away.</summary>
    private bool _forgetful;

    // Ours by the settlement; but until the other side has heard it, it may go on giving addresses out.
    private void HoldDisputed(RingState theirs, RingHealingResult healed)
    {
        IEnumerable<RingConflict> kept = healed.Conflicts
            .Where(conflict => conflict.Winner == Self && _healers.Contains(conflict.Theirs) && IsAlive(conflict.Theirs));
        foreach (RingConflict conflict in kept)
        {
            foreach (Ipv4Range range in AddressSet.Of(_ring.OwnedBy(Self)).RunsIn(conflict.Range))
            {
                _holds.Add(range, [theirs.Peer]);
            }
        }
    }

    // Somebody says that what is ours is another's, and nobody we know stands behind it: the owners we know will tell.
    private void HoldDoubted()
    {
        List<PeerName> owners = [.. _ring.Entries.Select(entry => entry.Peer).Distinct().Where(peer => peer != Self && IsAlive(peer))];
        foreach (Ipv4Range range in _ring.OwnedBy(Self))
        {
            _holds.Add(range, owners);
        }

        AskAgreement();
    }

    // Our own record is gone, and what others remember may be older than what we gave away last.
    private void HoldUnremembered()
    {
        if (!_recordLost)
        {
            return;
        }

        _recordLost = false;
        for (int i = 0; i < _ring.Entries.Count; i++)
        {
            if (_ring.Entries[i].Peer == Self)
            {
                Hold(_ring.RangesAt(i), except: Self);
            }
        }
    }

    // Told later that we had taken something over, before our record was lost. A grant raises the version by 1.
    private void HoldHearsay(RingState? before)
    {
        if (before is null)
        {
            return;
        }

        Ring old = new(before.Range, Self);
        old.Restore(before);
        for (int i = 0; i < _ring.Entries.Count; i++)
        {
            RingEntry now = _ring.Entries[i];
            RingEntry known = old.Entries[old.IndexOf(now.Token)];
            uint since = known.Token == now.Token ? known.Version : 0;
            if (now.Peer == Self && known.Peer != Self && now.Version - since >= Ring.TransferVersionStep)
            {
                Hold(_ring.RangesAt(i), except: Self);
            }
        }
    }

    // Space that came by decree or hearsay waits for everybody who could have taken it as well.
    private void Hold(IReadOnlyList<Ipv4Range> ranges, PeerName except, RingEntry? basis = null)
    {
        List<PeerName> others =
        [
            .. _ring.Entries.Select(entry => entry.Peer).Concat(_nicknames.Keys.Where(_directory.Contains))
                .Where(peer => peer != Self && peer != except && !peer.IsUnknown).Distinct(),
        ];
        foreach (Ipv4Range range in FollowsOriginalRule ? [] : ranges)
        {
            _holds.Add(range, others, basis);
        }

        AskAgreement();
    }

    // Somebody knows an owner whom we did not know when we took over. If he had it from the owner we knew, by ordinary
    // changes, it is his: we give it back. If by decree, he may know less than we do: then we wait for him as well.
    private void Concede(IEnumerable<RingEntry> shown)
    {
        if (!_holds.Any)
        {
            return;
        }

        foreach (RingEntry newer in shown.Where(entry => entry.Peer != Self))
        {
            foreach (RangeHold hold in _holds.TakenInIgnoranceOf(newer))
            {
                if (newer.Version - hold.Basis!.Value.Version < Ring.TransferVersionStep)
                {
                    GiveBack(hold, newer);
                }
                else
                {
                    _holds.WaitAlsoFor(newer.Peer, newer.Token);
                    AskAgreement(newer.Peer);
                }
            }
        }
    }

    private void GiveBack(RangeHold hold, RingEntry owner)
    {
        int index = _ring.IndexOf(owner.Token);
        AddressSet back = AddressSet.Of(_ring.Entries[index].Token == owner.Token && _ring.Entries[index].Peer == Self ? _ring.RangesAt(index) : []);
        foreach (Ipv4Range used in _space.Used.Runs)
        {
            back.Remove(used);
        }

        List<Ipv4Range> pieces = [.. back.RunsIn(hold.Range)];
        foreach (Ipv4Range piece in pieces)
        {
            Note($"{piece} was {Named(owner.Peer)}'s before it was taken over here, and is so again", warning: true);
            _ring.Grant(piece, owner.Peer);
        }

        if (pieces.Count > 0)
        {
            Granted();
        }
    }

    // Only what was told to us alone is agreement: other ways do not carry what the teller knew before.
    private void OnShown(RingState theirs, IReadOnlyList<RingEntry> known, IReadOnlyList<RingEntry>? displaced)
    {
        _former.Note(known, _ring.Entries, Self);
        Concede(theirs.Entries);
        if (displaced is null)
        {
            return;
        }

        Concede(displaced);
        if (_holds.OnRing(theirs, Self))
        {
            ReleaseHolds();
        }
    }

    private void ForgetHold(PeerName peer)
    {
        if (_holds.Forget(peer))
        {
            ReleaseHolds();
        }
    }

    private void ReleaseHolds()
    {
        IReadOnlyList<Ipv4Range> owned = _ring.OwnedBy(Self);
        _space.Own(owned, Withheld);
        TakeNetworks();
        _spaceChanged = true;
        _retry = true;
        _tell = true; // while it was held nothing of it was free, and nobody asks for what is not free
        if (_holds.Any)
        {
            Schedule();
        }
    }

    // First our ring, so that it is merged; then a state without one, which every peer answers with its own.
    private void AskAgreement(PeerName? only = null)
    {
        if (!_holds.Any)
        {
            return;
        }

        Schedule();
        foreach (PeerName peer in _holds.WaitingFor.Where(peer => only is null || peer == only))
        {
            _ringUpdatesTo.Add(peer);
            _asks.Add(peer);
        }
    }

    /// <summary>There are addresses that are neither in use nor to be given out yet.</summary>
    private bool HoldsAny(Ipv4Range range) => (_rivals.Count > 0 ? _ring.OwnedBy(Self) : _holds.Ranges)
        .Select(held => new Ipv4Range(Math.Max(held.Start.Value, range.Start.Value), Math.Min(held.End.Value, range.End.Value)))
        .Any(held => !held.IsEmpty && _space.Used.CountIn(held) < held.Size);

    // A connection that is gone for a moment says nothing about what its other end uses.
    private void NoteAway(PeerName peer)
    {
        if (_holds.WaitingFor.Contains(peer))
        {
            _goneSince[peer] = _now.Elapsed;
            Schedule();
        }
    }

    private bool DropAway()
    {
        bool released = false;
        foreach (PeerName awaited in _holds.WaitingFor.Where(peer => !IsAlive(peer) && !OwnsAny(peer)))
        {
            if (!_goneSince.TryGetValue(awaited, out TimeSpan since))
            {
                _goneSince[awaited] = since = _now.Elapsed;
                Schedule();
            }

            released |= since + HoldMemory <= _now.Elapsed && _holds.Forget(awaited);
        }

        return released;
    }

    private void ForgetAway()
    {
        _outside.Expire(_now.Elapsed);
        if (_rivals.Count > 0 || _outside.HasFading)
        {
            Schedule();
        }

        if (DropAway())
        {
            ReleaseHolds();
        }
    }
}
