using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>The ring: how it comes about, changes, and heals.</content>
public sealed partial class Allocator
{
    private readonly PaxosNode? _paxos;

    /// <summary>Addresses in use here that are not ours by the ring; claimed from their owner until they are.</summary>
    private readonly SortedSet<Ipv4Address> _orphans = [];

    /// <summary>Orphans that somebody else uses as well, and who.</summary>
    private readonly SortedDictionary<Ipv4Address, PeerName> _duplicates = [];

    /// <summary>What is unsettled between us and another peer, by peer.</summary>
    private readonly SortedDictionary<PeerName, string> _disputes = [];

    private bool _awaitingConsensus;

    /// <summary>Makes sure that a ring is being agreed on.</summary>
    private void EstablishRing()
    {
        if (!_ring.IsEmpty || _awaitingConsensus)
        {
            return;
        }

        _awaitingConsensus = true;
        Schedule();
        if (_paxos is not null)
        {
            _paxos.Quorum = Math.Max(1, _options.Quorum());
        }

        Propose();
    }

    private void Propose()
    {
        Schedule();
        _tell = true; // an observer asks by telling that it has neither ring nor vote
        _paxos?.Propose();
        Conclude();
    }

    private void OnClaims(IReadOnlyDictionary<NodeId, NodeClaims> claims)
    {
        if (_paxos is null || !_paxos.Update(claims))
        {
            return;
        }

        _tell |= _paxos.Think();
        Conclude();
    }

    private void Conclude()
    {
        if (_ring.IsEmpty && _paxos?.Consensus() is { Count: > 0 } peers)
        {
            CreateRing(peers);
        }
    }

    private void CreateRing(IReadOnlyList<PeerName> peers)
    {
        _recordLost = false;
        _ring.Divide(peers);
        _tell = true;
        RingUpdated();
    }

    private void RingUpdated()
    {
        _awaitingConsensus = false;
        _ringChanged = true;
        OwnSpace();
        PruneNames();
        foreach (SpaceSearch search in _searches.Values)
        {
            search.OnRingChanged();
        }

        _retry = true;
    }

    // Makes the space what the ring says, and claims what is used here but not ours.
    private void OwnSpace()
    {
        IReadOnlyList<Ipv4Range> owned = _ring.OwnedBy(Self);
        _holds.Keep(owned);
        foreach (PeerName awaited in _holds.WaitingFor.Where(peer => !IsAlive(peer) && !OwnsAny(peer)))
        {
            _tell |= _holds.Forget(awaited);
        }

        foreach (Ipv4Address lost in _space.Own(owned, _holds.Ranges))
        {
            if (_book.OwnerOf(lost) is not null)
            {
                _orphans.Add(lost);
            }
        }

        _spaceChanged = true;
        ClaimOrphans();
    }

    private void RememberOrphans()
    {
        foreach (Ipv4Cidr cidr in _book.Owned.Values.SelectMany(owned => owned.Cidrs).Where(cidr => Universe.Contains(cidr.Address)))
        {
            _orphans.Add(cidr.Address);
        }
    }

    private void ClaimOrphans()
    {
        if (_orphans.Count == 0 || _ring.IsEmpty)
        {
            return;
        }

        foreach (Ipv4Address orphan in _orphans.ToList())
        {
            PeerName owner = _ring.OwnerOf(orphan);
            if (owner != Self)
            {
                SendSpaceRequest(owner, Single(orphan));
                continue;
            }

            if (_space.TryTake(orphan))
            {
                _spaceChanged = true;
            }

            _orphans.Remove(orphan);
            _duplicates.Remove(orphan);
        }

        if (_orphans.Count > 0)
        {
            Schedule();
        }
    }

    private void ReportDuplicate(Ipv4Address address, PeerName by)
    {
        if (!_duplicates.TryGetValue(address, out PeerName known) || known != by)
        {
            _duplicates[address] = by;
            Note($"address {address} of {_book.OwnerOf(address)} on {Named(Self)} is in use on {Named(by)} as well", warning: true);
        }
    }

    /// <param name="theirs">Unchecked.</param>
    /// <param name="displaced">Of theirs, what ours took the place of there; null unless this was told to us alone.</param>
    private GossipOutcome OnRing(RingState theirs, IReadOnlyList<RingEntry>? displaced)
    {
        // Nobody who has a ring tells an empty one. Its seeds must neither drive out our ring nor become those of a later one.
        if (theirs.Entries.Count == 0)
        {
            return Refuse(theirs.Peer, "Received ring has no entries");
        }

        IReadOnlyList<RingEntry> known = _ring.Entries;
        // A ring that says the same needs no merge; two that will silently disagree for ever need more than one.
        bool needed = !FollowsOriginalRule && theirs.Range == Universe && RingHealing.IsNeeded(_ring, theirs);
        bool wasEmpty = _ring.IsEmpty;
        RingState? before = _forgetful && !wasEmpty ? _ring.State : null;
        RingMergeResult result = needed
            ? RingMergeResult.Failed(RingFault.Conflict, "two owners for the same range") : _ring.Merge(theirs, InUse);
        switch (result.Fault)
        {
            case RingFault.None:
                _disputes.Remove(theirs.Peer);
                if (result.Updated)
                {
                    if (wasEmpty)
                    {
                        HoldUnremembered();
                    }

                    HoldHearsay(before);
                    RingUpdated();
                }

                OnShown(theirs, known, displaced);
                return GossipOutcome.Nothing;
            case RingFault.Unsound:
                return Refuse(theirs.Peer, result.Reason!);
            case RingFault.DifferentRange:
                return Refuse(theirs.Peer, $"Incompatible IP allocation ranges (received: {theirs.Range.ToCidrText()}, ours: {Universe.ToCidrText()})");
            default:
                if (RingCheck.FirstFault(theirs.Entries, theirs.Range) is { } unsound)
                {
                    return Refuse(theirs.Peer, unsound);
                }

                if (theirs.Range != Universe)
                {
                    return Refuse(theirs.Peer, $"Incompatible IP allocation ranges (received: {theirs.Range.ToCidrText()}, ours: {Universe.ToCidrText()})");
                }

                if (FollowsOriginalRule)
                {
                    return Refuse(theirs.Peer, result.Reason!);
                }

                Heal(theirs, result);
                OnShown(theirs, known, displaced);
                return GossipOutcome.Nothing;
        }
    }

    private void Heal(RingState theirs, RingMergeResult refused)
    {
        RingHealingResult healed = RingHealing.Heal(_ring, theirs, InUse, _healers.Contains);
        if (refused.Fault == RingFault.DifferentSeeds)
        {
            Dispute(theirs.Peer, $"IP allocation was seeded by different peers (received: {Named(theirs.Seeds)}, ours: {Named(_ring.Seeds)})");
        }
        else
        {
            Dispute(theirs.Peer, refused.Reason!);
        }

        foreach (RingConflict conflict in healed.Conflicts)
        {
            HealedConflicts++;
            Note($"IP allocation conflict over {conflict.Range} between {Named(conflict.Ours)} and {Named(conflict.Theirs)}: {conflict.Reason}; settled in favour of {Named(conflict.Winner)}", warning: true);
        }

        if (healed.Changed)
        {
            _ring.Replace(healed.Entries, healed.Seeds);
        }

        HoldDisputed(theirs, healed);
        if (healed.Changed || healed.Insisted)
        {
            RingUpdated();
        }
        else
        {
            OwnSpace();
        }

        if (healed.Insisted || refused.Fault == RingFault.DifferentSeeds)
        {
            _tell = true;
            _ringUpdatesTo.Add(theirs.Peer);
        }
    }

    private void Donate(Ipv4Range range, PeerName to)
    {
        _ringUpdatesTo.Add(to); // in any case: it tells what was given, or where else to ask
        if (to == Self)
        {
            return;
        }

        bool heldForThem = range.Size == 1 && _holds.Awaits(range.Start, to) && !_space.Used.Contains(range.Start);
        Ipv4Range given = range;
        if (!heldForThem && !_space.TryDonate(range, out given))
        {
            if (!HoldsAny(range)) // what is held, and not in use, the asker may have later: it asks again
            {
                _outbox.Add((to, AllocatorMessage.EncodeRange(AllocatorMessageKind.SpaceDenied, range)));
            }

            return;
        }

        _ring.Grant(given, to);
        Granted();
    }

    private void Granted()
    {
        _holds.Keep(_ring.OwnedBy(Self));
        _space.Own(_ring.OwnedBy(Self), _holds.Ranges);
        _ringChanged = _spaceChanged = true;
        _tell = true;
    }

    private GossipOutcome Refuse(PeerName peer, string reason)
    {
        Dispute(peer, reason);
        return GossipOutcome.Failed(reason);
    }

    private void Dispute(PeerName peer, string reason)
    {
        if (!_disputes.TryGetValue(peer, out string? known) || known != reason)
        {
            _disputes[peer] = reason;
            Note($"IP allocation: {reason} ({Named(Self)} and {Named(peer)})", warning: true);
        }
    }

    private bool InUse(Ipv4Range range) => _space.Used.Intersects(range);

    private bool IsAlive(PeerName peer) => _directory.Contains(peer);

    private bool OwnsAny(PeerName peer) => _ring.Entries.Any(entry => entry.Peer == peer);

    private void PruneNames()
    {
        HashSet<PeerName> owners = [.. _ring.Entries.Select(entry => entry.Peer)];
        foreach (PeerName peer in _nicknames.Keys.Where(peer => !owners.Contains(peer) && !_directory.Contains(peer)).ToList())
        {
            _nicknames.Remove(peer);
        }

        _healers.RemoveWhere(peer => peer != Self && !owners.Contains(peer) && !_directory.Contains(peer));
    }

    private string Named(IEnumerable<PeerName> peers) => $"[{string.Join(' ', peers.Select(Named))}]";

    private string Named(PeerName peer) => _nicknames.TryGetValue(peer, out string? nickname) ? $"{peer}({nickname})" : peer.ToString();
}
