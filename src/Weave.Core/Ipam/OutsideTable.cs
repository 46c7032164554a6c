using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// What no ring tells, as far as peers have told it: who uses which addresses that are nobody's or another's, who has
/// another range, whose ring is another. What a peer told counts as long as it is there; what concerns our own space counts
/// while it is away, too, since it goes on using its addresses there.
/// </summary>
/// <param name="self">Our name.</param>
/// <param name="isThere">Others do not count. What they use may be heard of before they are, so it is kept.</param>
/// <param name="isUsedHere">Whether a container of ours has an address; null: those of <see cref="SetOwn"/> alone.</param>
/// <remarks>docs/wire/ipam.md §6, docs/adr/0086-what-no-ring-tells.md.</remarks>
internal sealed class OutsideTable(PeerName self, Func<PeerName, bool> isThere, Func<Ipv4Address, bool>? isUsedHere = null)
{
    /// <summary>How long a peer that is away and has nothing in use is remembered, and one that was removed.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    /// <summary>More than any host has: a peer that tells of more is not believed.</summary>
    private const int MaximumAddresses = 10_000;

    /// <summary>More than any mesh has: what is beyond is not remembered.</summary>
    private const int MaximumPeers = 1_000;

    /// <summary>More than any clock says: who tells of more would have the last word for ever.</summary>
    private const ulong MaximumVersion = 1UL << 40;

    private readonly SortedDictionary<PeerName, OutsideAddresses> _byPeer = [];

    /// <summary>Those that were there at some time since we know of them: names that somebody made up never are.</summary>
    private readonly SortedSet<PeerName> _seen = [];

    private readonly SortedDictionary<PeerName, TimeSpan> _awaySince = [];

    /// <summary>Ascending by peer.</summary>
    internal IReadOnlyList<OutsideAddresses> All =>
        [.. _byPeer.Values.Where(each => IsHere(each.Peer) || each.IsBlank)];

    /// <summary>Ours that another peer uses as well.</summary>
    internal IReadOnlyList<(Ipv4Address Address, PeerName Peer)> Shared { get; private set; } = [];

    /// <summary>What counts of the others, ascending by peer.</summary>
    internal IEnumerable<OutsideAddresses> Others =>
        _byPeer.Values.Where(each => each.Peer != self && (IsHere(each.Peer) || _seen.Contains(each.Peer)));

    /// <summary>Anything about others has changed since <see cref="Drain"/>.</summary>
    internal bool Changed { get; private set; }

    /// <summary>Somebody is remembered for a while only.</summary>
    internal bool HasFading => _awaySince.Keys.Any(Fades);

    /// <summary>What we use from now on.</summary>
    /// <param name="addresses">Ascending.</param>
    /// <param name="clock">Starts versions above those of our former lives, when the clock is right.</param>
    /// <param name="range">Ours.</param>
    /// <param name="origin">See <see cref="OutsideAddresses.Origin"/>.</param>
    /// <param name="isInUse">Any address is in use here; this alone is no news.</param>
    /// <returns>It is news.</returns>
    internal bool SetOwn(IReadOnlyList<Ipv4Address> addresses, ulong clock, Ipv4Range range = default, ulong origin = 0, bool isInUse = false)
    {
        OutsideAddresses known = _byPeer.GetValueOrDefault(self) ?? new OutsideAddresses(self, 0, []);
        OutsideAddresses own = new(self, Math.Max(known.Version + 1, clock), addresses) { Range = range, Origin = origin, IsInUse = isInUse };
        if (own.SaysSameAs(known))
        {
            return false;
        }

        _byPeer[self] = own;
        Compare();
        return !own.SaysSameAs(known with { IsInUse = isInUse });
    }

    /// <summary>Takes what is newer.</summary>
    /// <param name="told">Unchecked.</param>
    /// <param name="now">Since start.</param>
    /// <returns>Something about ourselves is told that must be put right.</returns>
    internal bool Merge(IReadOnlyList<OutsideAddresses> told, TimeSpan now = default)
    {
        bool wrong = false;
        bool changed = false;
        foreach (OutsideAddresses each in told.Where(each => each.Addresses.Count <= MaximumAddresses && each.Version < MaximumVersion))
        {
            if (each.Peer == self)
            {
                wrong |= PutRight(each);
            }
            else if (IsNews(each))
            {
                _byPeer[each.Peer] = each;
                Notice(each.Peer, now);
                changed = true;
            }
        }

        if (changed || wrong)
        {
            Changed |= changed;
            Compare();
        }

        return wrong;
    }

    /// <summary>A peer that tells no such thing has shown a ring of another range itself.</summary>
    internal void NoteRange(PeerName peer, Ipv4Range range, ulong clock, TimeSpan now)
    {
        OutsideAddresses? known = _byPeer.GetValueOrDefault(peer);
        if (known is null || known.Range != range)
        {
            Merge([new OutsideAddresses(peer, Math.Max((known?.Version ?? 0) + 1, clock), known?.Addresses ?? []) { Range = range, IsInUse = true }], now);
        }
    }

    /// <summary>It is there now.</summary>
    internal void Know(PeerName peer)
    {
        _awaySince.Remove(peer);
        if (_byPeer.ContainsKey(peer))
        {
            _seen.Add(peer);
            Changed = true;
        }

        Compare();
    }

    /// <summary>It is away.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="matters">What it told concerns space of ours.</param>
    /// <param name="now">Since start.</param>
    internal void Forget(PeerName peer, Func<OutsideAddresses, bool> matters, TimeSpan now)
    {
        if (peer == self || !_byPeer.TryGetValue(peer, out OutsideAddresses? known))
        {
            return;
        }

        if (matters(known))
        {
            _awaySince[peer] = now;
        }
        else
        {
            Drop(peer);
        }

        Compare();
    }

    /// <summary>The user says that a peer is gone for good. Others are told, so that they forget it too.</summary>
    /// <returns>Something was known of it.</returns>
    internal bool Remove(PeerName peer, TimeSpan now)
    {
        if (peer == self || !_byPeer.TryGetValue(peer, out OutsideAddresses? known) || known.IsBlank)
        {
            return false;
        }

        return !Merge([new OutsideAddresses(peer, known.Version + 1, [])], now);
    }

    /// <summary>Forgets those that are away for long and have nothing in use.</summary>
    internal void Expire(TimeSpan now)
    {
        List<PeerName> old = [.. _awaySince
            .Where(away => away.Value + Memory <= now && Fades(away.Key))
            .Select(away => away.Key)];
        old.ForEach(Drop);
        if (old.Count > 0)
        {
            Compare();
        }
    }

    /// <summary>Another peer that uses <paramref name="address"/>; null when none is known.</summary>
    internal PeerName? UserOf(Ipv4Address address)
    {
        foreach (OutsideAddresses other in _byPeer.Values)
        {
            if (other.Peer != self && other.Addresses.Contains(address) && IsHere(other.Peer))
            {
                return other.Peer;
            }
        }

        return null;
    }

    internal bool Uses(PeerName peer, Ipv4Address address) => _byPeer.TryGetValue(peer, out OutsideAddresses? known) && known.Addresses.Contains(address);

    internal bool Knows(PeerName peer) => _byPeer.TryGetValue(peer, out OutsideAddresses? known) && !known.IsBlank && _seen.Contains(peer);

    /// <summary>Looks again for <see cref="Shared"/>, since somebody is there now.</summary>
    internal void Compare()
    {
        Func<Ipv4Address, bool> isOurs = isUsedHere ?? (address => _byPeer.GetValueOrDefault(self)?.Addresses.Contains(address) == true);
        Shared = [.. _byPeer.Values
            .Where(each => each.Peer != self && each.Addresses.Count > 0 && IsHere(each.Peer))
            .SelectMany(each => each.Addresses.Where(isOurs).Select(address => (address, each.Peer)))
            .OrderBy(pair => pair.address).ThenBy(pair => pair.Peer)];
    }

    /// <summary>Whether anything about others has changed since the last call.</summary>
    internal bool Drain()
    {
        bool changed = Changed;
        Changed = false;
        return changed;
    }

    // From before we were started, by a clock that was ahead; or from somebody who removed us.
    private bool PutRight(OutsideAddresses told)
    {
        OutsideAddresses known = _byPeer.GetValueOrDefault(self) ?? new OutsideAddresses(self, 0, []);
        bool wrong = told.Version > known.Version || (told.Version == known.Version && !told.SaysSameAs(known));
        if (wrong)
        {
            _byPeer[self] = known with { Version = told.Version + 1 };
        }

        return wrong;
    }

    private bool IsNews(OutsideAddresses each)
    {
        if (_byPeer.TryGetValue(each.Peer, out OutsideAddresses? known))
        {
            return each.Version > known.Version;
        }

        return _byPeer.Count < MaximumPeers || MakeRoom();
    }

    private bool IsHere(PeerName peer) => !_awaySince.ContainsKey(peer);

    private bool Fades(PeerName peer) => !_seen.Contains(peer) || !_byPeer[peer].IsInUse;

    private bool MakeRoom()
    {
        PeerName unseen = _byPeer.Keys.FirstOrDefault(peer => peer != self && !_seen.Contains(peer));
        if (!unseen.IsUnknown)
        {
            Drop(unseen);
        }

        return !unseen.IsUnknown;
    }

    private void Notice(PeerName peer, TimeSpan now)
    {
        if (isThere(peer))
        {
            _seen.Add(peer);
            _awaySince.Remove(peer);
        }
        else
        {
            _awaySince.TryAdd(peer, now);
        }
    }

    private void Drop(PeerName peer)
    {
        _byPeer.Remove(peer);
        _seen.Remove(peer);
        _awaySince.Remove(peer);
        Changed = true;
    }
}
