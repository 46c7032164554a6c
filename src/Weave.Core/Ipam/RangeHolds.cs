using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// What we own on somebody's word only: by an administrator's decree, by gossip after our own record was lost, or in
/// dispute. Two peers that took the same addresses would both give them out; so nothing is given out before every other
/// peer that could have taken them agrees.
/// </summary>
/// <remarks>docs/adr/0031-taken-over-space-is-held.md.</remarks>
public sealed class RangeHolds
{
    private readonly List<Hold> _holds = [];

    /// <summary>Changed since <see cref="Drain"/>.</summary>
    private bool _changed;

    public int Count => _holds.Count;

    public bool Any => _holds.Count > 0;

    public IEnumerable<Ipv4Range> Ranges => _holds.Select(hold => hold.Range);

    /// <summary>Everybody somebody waits for, ascending.</summary>
    public IReadOnlyList<PeerName> WaitingFor => [.. _holds.SelectMany(hold => hold.Waiting).Distinct().Order()];

    public IReadOnlyList<RangeHold> Snapshot => [.. _holds.Select(hold => new RangeHold(hold.Range, [.. hold.Waiting], hold.Basis))];

    public void Restore(IEnumerable<RangeHold> stored)
    {
        foreach (RangeHold hold in stored)
        {
            _holds.Add(new Hold(hold.Range, [.. hold.WaitingFor], [], hold.Basis));
        }
    }

    public void Add(Ipv4Range range, IEnumerable<PeerName> waitingFor, RingEntry? basis = null)
    {
        SortedSet<PeerName> waiting = [.. waitingFor];
        if (waiting.Count > 0)
        {
            _holds.Add(new Hold(range, waiting, [], basis));
            _changed = true;
        }
    }

    /// <summary>
    /// What was taken over in ignorance of <paramref name="newer"/>: an entry of somebody else, later than the one that the
    /// takeover went by. Those that are waited for are left out, they will speak for themselves, and those that have spoken:
    /// what others say of them is older.
    /// </summary>
    public IReadOnlyList<RangeHold> TakenInIgnoranceOf(RingEntry newer) => [.. _holds
        .Where(hold => hold.Basis is { } basis && basis.Token == newer.Token && basis.Version < newer.Version && basis.Peer != newer.Peer
            && !hold.Waiting.Contains(newer.Peer) && !hold.Agreed.Contains(newer.Peer))
        .Select(hold => new RangeHold(hold.Range, [.. hold.Waiting], hold.Basis))];

    /// <summary>The holds of a takeover wait for one peer more.</summary>
    public void WaitAlsoFor(PeerName peer, Ipv4Address token)
    {
        foreach (Hold hold in _holds.Where(hold => hold.Basis?.Token == token))
        {
            _changed |= hold.Waiting.Add(peer);
        }
    }

    /// <summary>Whether <paramref name="peer"/> is one of those a hold on <paramref name="address"/> waits for.</summary>
    public bool Awaits(Ipv4Address address, PeerName peer) =>
        _holds.Exists(hold => hold.Range.Contains(address) && hold.Waiting.Contains(peer));

    /// <summary>Somebody showed a ring: it counts for the holds in which it names us everywhere.</summary>
    /// <returns>Something is free to be given out now.</returns>
    public bool OnRing(RingState shown, PeerName self)
    {
        if (_holds.Count == 0 || shown.Entries.Count == 0)
        {
            return false;
        }

        Ring ring = new(shown.Range, shown.Peer);
        ring.Restore(shown);
        AddressSet ours = AddressSet.Of(ring.OwnedBy(self));
        return Settle(hold => hold.Waiting.Contains(shown.Peer) && ours.CountIn(hold.Range) == hold.Range.Size, shown.Peer);
    }

    /// <summary>There is nothing to wait for from this peer any more.</summary>
    /// <returns>Something is free to be given out now.</returns>
    public bool Forget(PeerName peer) => Settle(hold => hold.Waiting.Contains(peer), peer);

    /// <summary>Cuts the holds to what is still ours.</summary>
    public void Keep(IReadOnlyList<Ipv4Range> owned)
    {
        if (_holds.Count == 0)
        {
            return;
        }

        AddressSet ours = AddressSet.Of(owned);
        List<Hold> kept =
            [.. _holds.SelectMany(hold => ours.RunsIn(hold.Range).Select(run => new Hold(run, [.. hold.Waiting], hold.Agreed, hold.Basis)))];
        _changed |= !kept.Select(hold => hold.Range).SequenceEqual(Ranges);
        _holds.Clear();
        _holds.AddRange(kept);
    }

    public void Clear()
    {
        _changed |= _holds.Count > 0;
        _holds.Clear();
    }

    /// <summary>Whether anything changed since the last call.</summary>
    public bool Drain()
    {
        bool changed = _changed;
        _changed = false;
        return changed;
    }

    /// <summary>They count as changed again: what <see cref="Drain"/> announced could not be stored.</summary>
    public void PutBack() => _changed = true;

    private bool Settle(Func<Hold, bool> concerns, PeerName peer)
    {
        foreach (Hold hold in _holds.Where(concerns))
        {
            hold.Waiting.Remove(peer);
            hold.Agreed.Add(peer);
            _changed = true;
        }

        return _holds.RemoveAll(hold => hold.Waiting.Count == 0) > 0;
    }

    private sealed record Hold(Ipv4Range Range, SortedSet<PeerName> Waiting, HashSet<PeerName> Agreed, RingEntry? Basis);
}
