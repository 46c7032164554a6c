using Weave.Core.Primitives;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>What an administrator asks for, and what there is to see.</content>
public sealed partial class Allocator
{
    /// <summary>Conflicts settled since start.</summary>
    public long HealedConflicts { get; private set; }

    /// <summary>Disagreements that last.</summary>
    public int LastingConflicts => _disputes.Count + _duplicates.Count + _outside.Shared.Count;

    /// <summary>Ranges that are not given out before others agree.</summary>
    public int HeldRanges => _holds.Count + _rivals.Count;

    /// <summary>Leaves for good: everything of ours goes to another peer, and every request ends.</summary>
    /// <remarks>
    /// Space that is held stays ours in the ring, for a takeover: the heir would give it out, not knowing that others may
    /// hold it theirs.
    /// </remarks>
    public void Leave(Moment now)
    {
        _now = now;
        _leaving = true;
        CancelAll(_ => true);
        PeerName heir = Heir();
        if (!heir.IsUnknown)
        {
            _ring.Transfer(Self, heir, stays: range => _holds.Ranges.Any(held => held.Overlaps(range)));
            _ringChanged = true;
            _tell = true;
        }

        _space.Clear();
        _orphans.Clear();
        _outsideChanged = true;
        Finish();
    }

    /// <summary>Takes over everything of a peer that is gone, named by its name or nickname.</summary>
    /// <returns>How many addresses; 0 for ourselves and for a peer that owns nothing; null when nobody is known by that name.</returns>
    public uint? TakeOver(Moment now, string nameOrNickname)
    {
        _now = now;
        PeerName peer = Resolve(nameOrNickname);
        uint count = 0;
        if (!IsKnown(peer))
        {
            Note($"attempt to take over range from unknown peer '{nameOrNickname}'", warning: true);
            return null;
        }

        if (peer == Self)
        {
            Note("attempt to take over range from ourself", warning: true);
        }
        else
        {
            foreach (Ipv4Range range in TakeOver(peer))
            {
                count += range.Size;
            }

            _tellOutside |= _outside.Remove(peer, now.Elapsed);
            if (!IsAlive(peer))
            {
                ForgetHold(peer); // whoever removes a peer says that it will not speak any more
                ForgetNetworks(peer);
            }
        }

        Finish();
        return count;
    }

    /// <summary>
    /// The other peer of that name or nickname, with its nickname, when it lives and is connected, so that its share must not be
    /// taken over: it would go on giving it out. Null when there is none.
    /// </summary>
    public string? Living(string nameOrNickname)
    {
        PeerName peer = Resolve(nameOrNickname);
        return !peer.IsUnknown && peer != Self && IsAlive(peer) ? Named(peer) : null;
    }

    private IReadOnlyList<Ipv4Range> TakeOver(PeerName peer)
    {
        IReadOnlyList<RingEntry> before = [.. _ring.Entries];
        IReadOnlyList<Ipv4Range> moved = _ring.Transfer(peer, Self);
        if (moved.Count == 0)
        {
            return moved;
        }

        for (int i = 0; i < before.Count; i++)
        {
            if (before[i].Peer == peer)
            {
                Hold(_ring.RangesAt(i), except: peer, before[i]);
            }
        }

        _tell = true;
        RingUpdated();
        return moved;
    }

    private bool IsKnown(PeerName peer) =>
        !peer.IsUnknown && (_nicknames.ContainsKey(peer) || IsAlive(peer) || OwnsAny(peer) || _holds.WaitingFor.Contains(peer) || _outside.Knows(peer));

    /// <summary>What there is to see.</summary>
    public IpamStatus Status(Ipv4Cidr defaultSubnet) => new(
        _awaitingConsensus ? new IpamPaxosStatus(_paxos is not null, _paxos?.Claims.Count ?? 0, _paxos?.Quorum ?? 0) : null,
        _options.Universe,
        Universe.Size,
        _space.UsedCount,
        defaultSubnet,
        Entries(),
        [
            .. _pendingClaims.Select(claim => new IpamClaimStatus(claim.Ident, claim.Cidr)),
            .. _orphans.Select(orphan => new IpamClaimStatus(_book.OwnerOf(orphan) ?? "", new Ipv4Cidr(orphan, 32))),
        ],
        [.. _pendingAllocates.Select(allocate => $"{allocate.Ident} {allocate.Subnet}")],
        [
            .. _disputes.Select(pair => $"{Named(pair.Key)}: {pair.Value}"),
            .. _duplicates.Select(pair => $"{Named(pair.Value)}: address {pair.Key} is in use there and here"),
            .. _outside.Shared.Select(pair => $"{Named(pair.Peer)}: address {pair.Address} is in use there and here"),
        ],
        [
            .. _holds.Snapshot.Select(hold => $"{hold.Range}: waiting for {Named(hold.WaitingFor)}"),
            .. _rivals.Select(rival => $"{Universe}: waiting for {Named(rival)}, whose ring began with other peers"),
        ],
        HealedConflicts,
        _pendingPrimes.Count > 0);

    private List<IpamEntryStatus> Entries()
    {
        List<IpamEntryStatus> entries = [];
        for (int i = 0; i < _ring.Entries.Count; i++)
        {
            RingEntry entry = _ring.Entries[i];
            entries.AddRange(_ring.RangesAt(i).Select(range => new IpamEntryStatus(
                range.Start, range.Size, entry.Peer, _nicknames.GetValueOrDefault(entry.Peer, ""), IsAlive(entry.Peer), entry.Version)));
        }

        return entries;
    }

    // An owner that lives, else any allocator that lives, else an owner, else any allocator.
    private PeerName Heir()
    {
        PeerName Nickname(Func<PeerName, bool> suits) => _nicknames.Keys.FirstOrDefault(peer => peer != Self && suits(peer));
        PeerName heir = _ring.FirstOwner(IsAlive);
        heir = heir.IsUnknown ? Nickname(IsAlive) : heir;
        heir = heir.IsUnknown ? _ring.FirstOwner(_ => true) : heir;
        return heir.IsUnknown ? Nickname(_ => true) : heir;
    }

    // A host that was made anew has the nickname of the one that is gone, which is the one that is meant.
    private PeerName Resolve(string nameOrNickname)
    {
        PeerName[] named = [.. _nicknames.Where(pair => pair.Value == nameOrNickname).Select(pair => pair.Key).OrderBy(IsAlive)];
        return named.Length > 0 ? named[0] : PeerName.TryParse(nameOrNickname, out PeerName name) ? name : PeerName.Unknown;
    }
}
