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

    /// <summary>When each was asked for last, and of whom.</summary>
    private readonly Dictionary<Ipv4Address, (PeerName Owner, TimeSpan At)> _claimed = []; // for lookups only

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
        _tell |= DropAway();
        Lose(_space.Own(owned, Withheld));

        _spaceChanged = _outsideChanged = true;
        ClaimOrphans();
        TakeNetworks();
    }

    private void Lose(IReadOnlyList<Ipv4Address> used)
    {
        foreach (Ipv4Address lost in used)
        {
            _reserved.Remove(lost);
            if (_book.OwnerOf(lost) is not null && !IsOfNetwork(lost))
            {
                _orphans.Add(lost);
            }
        }
    }

    private void RememberOrphans()
    {
        foreach (Ipv4Cidr cidr in _book.Owned.Values.Where(owned => owned.Engine != EngineUse.Network).SelectMany(owned => owned.Cidrs).Where(cidr => Universe.Contains(cidr.Address)))
        {
            _orphans.Add(cidr.Address);
        }

        _outsideChanged = true;
    }

    /// <param name="only">Ask this owner only, who can be asked now; null for all of them.</param>
    private void ClaimOrphans(PeerName? only = null)
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
                if (only is null ? MayClaim(orphan, owner) : only == owner)
                {
                    _claimed[orphan] = (owner, _now.Elapsed);
                    SendSpaceRequest(owner, Single(orphan));
                }

                continue;
            }

            if (_space.TryTake(orphan))
            {
                _spaceChanged = true;
            }

            _orphans.Remove(orphan);
            _claimed.Remove(orphan);
            _duplicates.Remove(orphan);
            _outsideChanged = true;
        }

        if (_orphans.Count > 0)
        {
            Schedule();
        }
    }

    // Each grant changes the ring; to ask for all the others again each time would be their number squared.
    private bool MayClaim(Ipv4Address orphan, PeerName owner) =>
        !_claimed.TryGetValue(orphan, out (PeerName Owner, TimeSpan At) asked) || asked.Owner != owner
        || asked.At + (RetryInterval / 2) <= _now.Elapsed;

    private void ReportDuplicate(Ipv4Address address, PeerName by)
    {
        if (!_duplicates.TryGetValue(address, out PeerName known) || known != by)
        {
            _duplicates[address] = by;
            Note($"address {address} of {_book.OwnerOf(address)} on {Named(Self)} is in use on {Named(by)} as well", warning: true);
        }
    }

    /// <param name="theirs">Unchecked.</param>
    /// <param name="from">Who told it; he need not be whose copy he says it is.</param>
    /// <param name="displaced">Of theirs, what ours took the place of there; null unless this was told to us alone.</param>
    private GossipOutcome OnRing(RingState theirs, PeerName from, IReadOnlyList<RingEntry>? displaced)
    {
        // Nobody who has a ring tells an empty one. Its seeds must neither drive out our ring nor become those of a later one.
        if (theirs.Entries.Count == 0)
        {
            return Refuse(theirs.Peer, "Received ring has no entries");
        }

        IReadOnlyList<RingEntry> known = _ring.Entries;
        // A ring that says the same needs no merge; two that will silently disagree for ever need more than one.
        bool needed = !FollowsOriginalRule && theirs.Range == Universe && RingHealing.HasSameOrigin(_ring, theirs) && (RingHealing.IsNeeded(_ring, theirs) || Evidence(from).IsRobbery(_ring, theirs));
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

                Heal(theirs, result, Evidence(from));
                if (result.Fault != RingFault.DifferentSeeds)
                {
                    OnShown(theirs, known, displaced);
                }

                return GossipOutcome.Nothing;
        }
    }

    private void Heal(RingState theirs, RingMergeResult refused, RingEvidence evidence)
    {
        RingHealingResult healed = RingHealing.Heal(_ring, theirs, InUse, evidence);
        bool isNew = Dispute(theirs.Peer, refused.Fault == RingFault.DifferentSeeds
            ? $"IP allocation was seeded by different peers (received: {Named(theirs.Seeds)}, ours: {Named(_ring.Seeds)})" : refused.Reason!);
        if (isNew || healed.Changed)
        {
            NoteConflicts(healed);
        }

        if (healed.Changed)
        {
            _ring.Replace(healed.Entries, healed.Seeds);
        }

        if (refused.Fault == RingFault.DifferentSeeds)
        {
            OnOtherOrigin(theirs, yielded: healed.Changed);
            return;
        }

        if (!evidence.IsCredible(_ring, theirs) && MayTellRival(theirs.Peer))
        {
            HoldDoubted();
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

        if (healed.Insisted)
        {
            _tell = true;
            _ringUpdatesTo.Add(theirs.Peer);
        }
    }

    private void NoteConflicts(RingHealingResult healed)
    {
        foreach (RingConflict conflict in healed.Conflicts)
        {
            HealedConflicts++;
            Note($"IP allocation conflict over {conflict.Range} between {Named(conflict.Ours)} and {Named(conflict.Theirs)}: {conflict.Reason}; settled in favour of {Named(conflict.Winner)}", warning: true);
        }
    }

    // What their ring says is ours there, is what others remember of a former life of ours, if anything.
    private void OnOtherOrigin(RingState theirs, bool yielded)
    {
        if (yielded)
        {
            _former.Clear();
            _holds.Clear();
            _forgetful = _recordLost = true;
            HoldUnremembered();
            RingUpdated();
        }

        if (yielded || MayTellRival(theirs.Peer))
        {
            _tell = true;
            _ringUpdatesTo.Add(theirs.Peer);
        }
    }

    // After our own record was lost, others know better, whoever they are, until all agree; and owners know of owners.
    private RingEvidence Evidence(PeerName from) => new(_healers.Contains, peer => peer == Self || IsAlive(peer), from, IsTrusting: (_forgetful && _holds.Any) || OwnsAny(from));

    private void Donate(Ipv4Range range, PeerName to)
    {
        _ringUpdatesTo.Add(to); // in any case: it tells what was given, or where else to ask
        if (to == Self || _otherRanges.ContainsKey(to) || _unstored is not null)
        {
            return; // whoever has another range would not learn that it is his, and what is not stored is not told
        }

        bool heldForThem = range.Size == 1 && Universe.Contains(range.Start) && _ring.OwnerOf(range.Start) == Self && !_space.Used.Contains(range.Start)
            && (_holds.Awaits(range.Start, to) || _outside.Uses(to, range.Start));
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
        _space.Own(_ring.OwnedBy(Self), Withheld);
        TakeNetworks();
        _ringChanged = _spaceChanged = true;
        _tell = true;
    }

    private GossipOutcome Refuse(PeerName peer, string reason)
    {
        Dispute(peer, reason);
        return GossipOutcome.Failed(reason);
    }

    /// <returns>It is news.</returns>
    private bool Dispute(PeerName peer, string reason)
    {
        if (_disputes.TryGetValue(peer, out string? known) && known == reason)
        {
            return false;
        }

        _disputes[peer] = reason;
        Note($"IP allocation: {reason} ({Named(Self)} and {Named(peer)})", warning: true);
        return true;
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
        foreach (PeerName peer in _networks.Peers.Where(peer => !owners.Contains(peer) && !_directory.Contains(peer)).ToList())
        {
            ForgetNetworks(peer);
        }
    }

    private string Named(IEnumerable<PeerName> peers) => $"[{string.Join(' ', peers.Select(Named))}]";

    private string Named(PeerName peer) => _nicknames.TryGetValue(peer, out string? nickname) ? $"{peer}({nickname})" : peer.ToString();
}
