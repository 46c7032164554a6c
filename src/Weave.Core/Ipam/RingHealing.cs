using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// Settles what <see cref="RingMerge"/> refuses, by a rule that every peer computes alike. Never fails on sound rings.
/// </summary>
/// <remarks>
/// docs/wire/ipam.md §3.2, docs/adr/0030-conflicting-rings-heal.md. Interval by interval between the tokens of both copies:
/// the newer entry stands, except that an owner who uses addresses there insists, by raising the version, when the other
/// side uses none, or when both do and its name is the lower and the other heals too. Who yields keeps its addresses by
/// claiming them one by one from the new owner, a request that original peers grant as well.
/// </remarks>
public sealed class RingHealing
{
    private readonly Ring _ours;
    private readonly Ring _theirs;
    private readonly Func<Ipv4Range, bool> _inUse;
    private readonly RingEvidence _evidence;
    private readonly bool _isCredible;
    private readonly List<RingEntry> _result = [];
    private readonly List<RingConflict> _conflicts = [];
    private bool _insisted;

    private RingHealing(Ring ours, RingState theirs, Func<Ipv4Range, bool> inUse, RingEvidence evidence)
    {
        _ours = ours;
        _theirs = new Ring(theirs.Range, theirs.Peer);
        _theirs.Restore(theirs);
        _inUse = inUse;
        _evidence = evidence;
        _isCredible = evidence.IsCredible(ours, theirs);
    }

    /// <summary>
    /// Both copies have an entry of the same version and free count with different owners: each would keep its own for
    /// ever by the original's rule, without anybody noticing.
    /// </summary>
    public static bool IsNeeded(Ring ours, RingState theirs)
    {
        int i = 0;
        foreach (RingEntry entry in theirs.Entries)
        {
            while (i < ours.Entries.Count && ours.Entries[i].Token < entry.Token)
            {
                i++;
            }

            if (i < ours.Entries.Count && ours.Entries[i] is RingEntry mine && mine.Token == entry.Token
                && mine.Version == entry.Version && mine.Free == entry.Free && mine.Peer != entry.Peer)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Both began with the same division, as far as is known.</summary>
    public static bool HasSameOrigin(Ring ours, RingState theirs) =>
        ours.Seeds.Count == 0 || theirs.Seeds.Count == 0 || ours.Seeds.SequenceEqual(theirs.Seeds);

    /// <summary>Merges a sound copy of the same range.</summary>
    /// <param name="ours">Our copy; not changed.</param>
    /// <param name="theirs">The other copy, checked by <see cref="RingCheck"/>.</param>
    /// <param name="inUse">Whether any of our addresses in the range is in use.</param>
    /// <param name="evidence">Who lives, and who follows this rule.</param>
    public static RingHealingResult Heal(Ring ours, RingState theirs, Func<Ipv4Range, bool> inUse, RingEvidence evidence)
    {
        return HasSameOrigin(ours, theirs) ? new RingHealing(ours, theirs, inUse, evidence).Walk(theirs) : ChooseOrigin(ours, theirs, evidence);
    }

    // The ring of which more owners live stays, since names that live nowhere cost nothing to make up; of equals the one
    // among more living seeds, then the one with the lower names.
    private static RingHealingResult ChooseOrigin(Ring ours, RingState theirs, RingEvidence evidence)
    {
        int order = evidence.Living(theirs.Entries).CompareTo(evidence.Living(ours.Entries));
        order = order != 0 ? order : evidence.Living(theirs.Seeds).CompareTo(evidence.Living(ours.Seeds));
        for (int i = 0; order == 0 && i < Math.Min(ours.Seeds.Count, theirs.Seeds.Count); i++)
        {
            order = ours.Seeds[i].CompareTo(theirs.Seeds[i]);
        }

        order = order != 0 ? order : ours.Seeds.Count.CompareTo(theirs.Seeds.Count);
        bool yield = order > 0;
        RingConflict conflict = new(
            ours.Range, ours.Self, theirs.Peer, yield ? theirs.Peer : ours.Self, "the rings were seeded by different peers");
        return yield
            ? new RingHealingResult(theirs.Entries, theirs.Seeds, [conflict], Changed: true, Insisted: false)
            : new RingHealingResult(ours.Entries, ours.Seeds, [conflict], Changed: false, Insisted: false);
    }

    private RingHealingResult Walk(RingState theirs)
    {
        IReadOnlyList<RingEntry> mine = _ours.Entries;
        List<Ipv4Address> tokens = [.. mine.Concat(theirs.Entries).Select(entry => entry.Token).Distinct().Order()];
        int i = 0;
        int j = 0;
        for (int k = 0; k < tokens.Count; k++)
        {
            RingEntry? m = i < mine.Count && mine[i].Token == tokens[k] ? mine[i++] : null;
            RingEntry? t = j < theirs.Entries.Count && theirs.Entries[j].Token == tokens[k] ? theirs.Entries[j++] : null;
            if (Settle(m, t, tokens[k], tokens[(k + 1) % tokens.Count]) is { } settled)
            {
                _result.Add(settled);
            }
        }

        Clamp();
        return new RingHealingResult(
            _result, _ours.Seeds.Count == 0 ? theirs.Seeds : _ours.Seeds, _conflicts, !_result.SequenceEqual(mine), _insisted);
    }

    private RingEntry? Settle(RingEntry? mine, RingEntry? theirs, Ipv4Address from, Ipv4Address to)
    {
        if (theirs is not { } t)
        {
            return mine!.Value;
        }

        if (!_isCredible && _evidence.Robs(_ours, t))
        {
            return NotRobbed(mine, t, from);
        }

        if (mine is { } m)
        {
            return m.Peer == t.Peer ? Newer(m, t) : m.Peer == _ours.Self ? Dispute(m, t, from, to) : Older(m, t) ? t : m;
        }

        // Their token splits a range of ours: as if we had an entry here of the same version.
        bool splitsOurs = !_ours.IsEmpty && _ours.OwnerOf(from) == _ours.Self && t.Peer != _ours.Self;
        return splitsOurs && InUse(from, to) ? Dispute(t with { Peer = _ours.Self, Free = 0 }, t, from, to) : t;
    }

    // A living owner loses nothing to owners whom nobody has seen.
    private RingEntry? NotRobbed(RingEntry? mine, RingEntry t, Ipv4Address from)
    {
        if (_conflicts.Count == 0)
        {
            PeerName owner = _ours.OwnerOf(from);
            _conflicts.Add(new RingConflict(_ours.Range, owner, t.Peer, owner, "fewer owners of the ring that was received are here"));
        }

        return mine;
    }

    private RingEntry Newer(RingEntry m, RingEntry t)
    {
        if (m.Peer == _ours.Self)
        {
            return t.Version > m.Version ? m with { Version = After(t.Version) } : m;
        }

        return Older(m, t) ? t : m;
    }

    private RingEntry Dispute(RingEntry m, RingEntry t, Ipv4Address from, Ipv4Address to)
    {
        if (m.Version > t.Version)
        {
            return m; // they have not heard yet
        }

        bool stay = InUse(from, to) ? Outranks(t) : !Older(m, t);
        _conflicts.AddRange(_ours.RangesBetween(from, to).Select(range => new RingConflict(
            range, _ours.Self, t.Peer, stay ? _ours.Self : t.Peer, $"both {_ours.Self} and {t.Peer} are named as owner of {range}")));
        if (!stay)
        {
            return t;
        }

        _insisted = true;
        return m with { Version = After(t.Version) };
    }

    private bool Outranks(RingEntry theirs)
    {
        bool theyUseIt = theirs.Free < _theirs.LengthAt(_theirs.IndexOf(theirs.Token));
        return !theyUseIt || (_evidence.Heals(theirs.Peer) ? _ours.Self < theirs.Peer : !OwnsAny(theirs.Peer));
    }

    // To an original peer that took over what was ours we yield, since it would close the connection; but not to a name
    // that owns nothing else.
    private bool OwnsAny(PeerName peer) => _evidence.IsTrusting || _ours.Entries.Any(entry => entry.Peer == peer);

    // By version, then free count as with original peers, then the lower name: the last makes third parties agree.
    private static bool Older(RingEntry m, RingEntry t) =>
        m.Version != t.Version ? m.Version < t.Version : m.Free != t.Free ? m.Free < t.Free : t.Peer < m.Peer;

    private static uint After(uint version) => version == uint.MaxValue ? version : version + 1;

    private bool InUse(Ipv4Address from, Ipv4Address to) => _ours.RangesBetween(from, to).Any(_inUse);

    private void Clamp()
    {
        for (int i = 0; i < _result.Count; i++)
        {
            uint length = _ours.Distance(_result[i].Token, _result[(i + 1) % _result.Count].Token);
            _result[i] = _result[i] with { Free = Math.Min(_result[i].Free, length) };
        }
    }
}
