using Weave.Core.Mesh;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>
/// Space of ours of which others use addresses that our ring knows nothing of: peers with another range, peers whose ring
/// began with another division, and addresses that somebody still has (docs/adr/0086-what-no-ring-tells.md).
/// </content>
public sealed partial class Allocator
{
    /// <summary>A meeting of many is settled by its first ones; the others hear of it from them.</summary>
    private const int MaximumRivalsTold = 16;

    private readonly SortedDictionary<PeerName, string> _otherRanges = [];
    private readonly List<PeerName> _rivals = [];
    private readonly SortedDictionary<PeerName, TimeSpan> _toldRival = [];
    private AddressSet _foreign = new();
    private AddressSet _barred = new();
    private TimeSpan? _refuseAt;
    private bool _reconsider;

    /// <summary>Peers whose range is not ours, and what follows from that, in words for the user.</summary>
    public IReadOnlyDictionary<PeerName, string> OtherRanges => _otherRanges;

    // What is ours by the ring and is not to be given out.
    private IEnumerable<Ipv4Range> Withheld => _foreign.Count == 0 ? _holds.Ranges : _holds.Ranges.Concat(_foreign.Runs);

    private void Reconsider()
    {
        bool isNeeded = _outside.Drain() | _reconsider;
        _reconsider = false;
        if (!isNeeded || FollowsOriginalRule)
        {
            return;
        }

        bool metSomebody = _rivals.Count > 0;
        _rivals.Clear();
        _otherRanges.Clear();
        (AddressSet foreign, AddressSet barred) = (new AddressSet(), new AddressSet());
        foreach (OutsideAddresses other in _outside.Others)
        {
            Consider(other, foreign, barred);
        }

        _barred = barred;
        if (!foreign.Runs.SequenceEqual(_foreign.Runs))
        {
            _foreign = foreign;
            Respace(metSomebody && _rivals.Count == 0);
        }

        if (_rivals.Count > 0 || _outside.HasFading)
        {
            Schedule();
        }
    }

    private void Consider(OutsideAddresses other, AddressSet foreign, AddressSet barred)
    {
        if (!other.Range.IsEmpty && other.Range != Universe)
        {
            Ipv4Range shared = Intersection(other.Range);
            foreign.Add(shared);
            barred.Add(shared);
            _otherRanges[other.Peer] = RangeProblem(other, shared);
        }
        else if (IsRival(other))
        {
            _rivals.Add(other.Peer);
            foreign.Add(Universe);
        }

        foreach (Ipv4Address used in other.Addresses.Where(Universe.Contains))
        {
            foreign.Add(used);
        }
    }

    // Nobody knows what it gives out next, before it has taken our ring or we its.
    private bool IsRival(OutsideAddresses other) => !_ring.IsEmpty && other.Origin != 0 && Origin != 0 && other.Origin != Origin;

    private bool Matters(OutsideAddresses other) =>
        (!other.Range.IsEmpty && other.Range != Universe) || IsRival(other) || other.Addresses.Any(Universe.Contains);

    private string RangeProblem(OutsideAddresses other, Ipv4Range shared)
    {
        string what = $"IP allocation range of {Named(other.Peer)} is {other.Range.ToCidrText()}, ours is {Universe.ToCidrText()}";
        string then = shared.IsEmpty ? "each gives addresses of its own range only" : $"nothing is given out of {shared.ToCidrText()} until both have the same";
        return IsAlive(other.Peer) ? $"{what}: {then}" : $"{what}: {then}; it is away, weave rmpeer {other.Peer} when it is gone for good";
    }

    private Ipv4Range Intersection(Ipv4Range other) => other.Overlaps(Universe)
        ? new Ipv4Range(Math.Max(other.Start.Value, Universe.Start.Value), Math.Min(other.End.Value, Universe.End.Value))
        : default;

    private void Respace(bool isSettled)
    {
        bool hadNothing = _space.FreeCount == 0;
        Lose(_space.Own(_ring.OwnedBy(Self), Withheld));
        TakeNetworks();
        _spaceChanged = _retry = true;
        _tell |= isSettled || (hadNothing && _space.FreeCount > 0); // nobody asks for what is not free
    }

    /// <summary>Which first division our ring comes from, as peers tell each other: FNV-1a of the seeds; 0 without a ring.</summary>
    private ulong Origin { get; set; }

    private void NoteOrigin()
    {
        ulong hash = 0;
        if (!_ring.IsEmpty && _ring.Seeds.Count > 0)
        {
            hash = 14695981039346656037;
            foreach (PeerName seed in _ring.Seeds)
            {
                for (int shift = 40; shift >= 0; shift -= 8)
                {
                    hash = unchecked((hash ^ (byte)(seed.Value >> shift)) * 1099511628211);
                }
            }
        }

        if (hash != Origin)
        {
            Origin = hash;
            _reconsider = _outsideChanged = true;
        }
    }

    /// <summary>
    /// Nobody has anything of the range to give, because of others' ranges: what is not free here is in those, or belongs to
    /// peers who give out of another range.
    /// </summary>
    private bool IsBarred(Ipv4Range range)
    {
        Ipv4Range wanted = Intersection(range);
        if (_otherRanges.Count == 0 || wanted.IsEmpty || HoldsAny(wanted))
        {
            return false;
        }

        AddressSet hopeless = AddressSet.Of(_barred.RunsIn(wanted));
        bool anyOfTheirs = hopeless.Count > 0;
        for (int i = 0; i < _ring.Entries.Count; i++)
        {
            bool isTheirs = _otherRanges.ContainsKey(_ring.Entries[i].Peer);
            foreach (Ipv4Range owned in _ring.RangesAt(i).Where(_ => isTheirs || _ring.Entries[i].Peer == Self))
            {
                anyOfTheirs |= isTheirs && owned.Overlaps(wanted);
                hopeless.Add(owned);
            }
        }

        return anyOfTheirs && hopeless.CountIn(wanted) == wanted.Size;
    }

    private string BarredBy(Ipv4Range range) => _outside.Others
        .Where(other => !other.Range.IsEmpty && other.Range.Overlaps(range))
        .Select(other => _otherRanges.GetValueOrDefault(other.Peer)).FirstOrDefault(why => why is not null) ?? _otherRanges.Values.First();

    // Whoever asks waits a moment: a peer that has just been started again may be about to tell its new range.
    private bool AwaitRange()
    {
        _refuseAt ??= _now.Elapsed + DonorPatience;
        return false;
    }

    private void RefuseBarred()
    {
        if (_refuseAt > _now.Elapsed || _refuseAt is null)
        {
            return;
        }

        _refuseAt = null;
        foreach (AllocateRequest request in _pendingAllocates.Where(request => IsBarred(request.Wanted)).ToList())
        {
            _pendingAllocates.Remove(request);
            Answer(request, AllocationAnswer.Refused($"no address of {request.Subnet}: {BarredBy(request.Wanted)}"));
        }
    }

    /// <summary>Why one certain address that nobody here has cannot be given out; null when it can, or may be soon.</summary>
    private string? Objection(Ipv4Address address)
    {
        if (_foreign.Count == 0 || !_foreign.Contains(address))
        {
            return null;
        }

        return _outside.Others.FirstOrDefault(other => other.Addresses.Contains(address)) is { } user
            ? $"already in use on {Named(user.Peer)}"
            : _barred.Contains(address) ? BarredBy(Single(address)) : null;
    }

    private void TellRivals()
    {
        foreach (PeerName rival in _rivals.Where(IsAlive).Take(MaximumRivalsTold))
        {
            _ringUpdatesTo.Add(rival);
        }
    }

    // Two that each hold their own ring for the better one, because one of them does not know all peers yet, must not
    // answer each other as fast as they can.
    private bool MayTellRival(PeerName rival)
    {
        bool may = !_toldRival.TryGetValue(rival, out TimeSpan told) || told + RetryInterval <= _now.Elapsed;
        if (may && (_toldRival.ContainsKey(rival) || _toldRival.Count < MaximumNames))
        {
            _toldRival[rival] = _now.Elapsed;
        }

        return may;
    }

    // An original peer tells its range by its ring alone, and only its neighbours hear it.
    private void NoteRange(RingState theirs, PeerName teller)
    {
        if (theirs.Peer == teller && !_healers.Contains(teller) && IsAlive(teller) && (theirs.Range != Universe || _outside.Knows(teller)))
        {
            _outside.NoteRange(teller, theirs.Range, (ulong)Math.Max(0, _now.UnixSeconds), _now.Elapsed);
            _tellOutside |= _outside.Changed;
        }
    }
}
