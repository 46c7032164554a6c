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
    private readonly List<(Ipv4Range Range, SortedSet<PeerName> Waiting)> _holds = [];

    /// <summary>Changed since <see cref="Drain"/>.</summary>
    private bool _changed;

    public int Count => _holds.Count;

    public bool Any => _holds.Count > 0;

    public IEnumerable<Ipv4Range> Ranges => _holds.Select(hold => hold.Range);

    /// <summary>Everybody somebody waits for, ascending.</summary>
    public IReadOnlyList<PeerName> WaitingFor => [.. _holds.SelectMany(hold => hold.Waiting).Distinct().Order()];

    public IReadOnlyList<RangeHold> Snapshot => [.. _holds.Select(hold => new RangeHold(hold.Range, [.. hold.Waiting]))];

    public void Restore(IEnumerable<RangeHold> stored)
    {
        foreach (RangeHold hold in stored)
        {
            _holds.Add((hold.Range, new SortedSet<PeerName>(hold.WaitingFor)));
        }
    }

    public void Add(Ipv4Range range, IEnumerable<PeerName> waitingFor)
    {
        SortedSet<PeerName> waiting = [.. waitingFor];
        if (waiting.Count > 0)
        {
            _holds.Add((range, waiting));
            _changed = true;
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
        List<(Ipv4Range Range, SortedSet<PeerName> Waiting)> kept =
            [.. _holds.SelectMany(hold => ours.RunsIn(hold.Range).Select(run => (run, hold.Waiting)))];
        _changed |= !kept.Select(hold => hold.Range).SequenceEqual(Ranges);
        _holds.Clear();
        _holds.AddRange(kept.Select(hold => (hold.Range, new SortedSet<PeerName>(hold.Waiting))));
    }

    /// <summary>Whether anything changed since the last call.</summary>
    public bool Drain()
    {
        bool changed = _changed;
        _changed = false;
        return changed;
    }

    private bool Settle(Func<(Ipv4Range Range, SortedSet<PeerName> Waiting), bool> concerns, PeerName peer)
    {
        foreach ((Ipv4Range Range, SortedSet<PeerName> Waiting) hold in _holds.Where(concerns))
        {
            hold.Waiting.Remove(peer);
            _changed = true;
        }

        return _holds.RemoveAll(hold => hold.Waiting.Count == 0) > 0;
    }
}
