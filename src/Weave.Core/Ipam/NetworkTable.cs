using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Which addresses networks have themselves, by peer, as peers have told.</summary>
/// <param name="self">Our name.</param>
/// <param name="isThere">Of others we pass on what they told, while they are there.</param>
/// <remarks>docs/wire/ipam.md §6, docs/adr/0090-addresses-of-networks.md.</remarks>
internal sealed class NetworkTable(PeerName self, Func<PeerName, bool> isThere)
{
    /// <summary>More than the networks of any host have: a peer that tells of more is not believed.</summary>
    internal const int MaximumAddresses = 1_000;

    /// <summary>More than have any: what is beyond is not remembered.</summary>
    private const int MaximumPeers = 1_000;

    /// <summary>More than any clock says: who tells of more would have the last word for ever.</summary>
    private const ulong MaximumVersion = 1UL << 40;

    private readonly SortedDictionary<PeerName, OutsideAddresses> _byPeer = [];

    /// <summary>To be told, ascending by peer.</summary>
    internal IReadOnlyList<OutsideAddresses> All => [.. _byPeer.Values.Where(each => each.Peer == self || isThere(each.Peer))];

    internal IEnumerable<PeerName> Peers => _byPeer.Keys;

    /// <summary>What others have, whether they are there at present or not.</summary>
    internal IReadOnlySet<Ipv4Address> OfOthers { get; private set; } = new HashSet<Ipv4Address>();

    /// <param name="addresses">What our networks have from now on, ascending.</param>
    /// <param name="clock">Starts versions above those of our former lives, when the clock is right.</param>
    /// <returns>It is news.</returns>
    internal bool SetOwn(IReadOnlyList<Ipv4Address> addresses, ulong clock)
    {
        OutsideAddresses? known = _byPeer.GetValueOrDefault(self);
        bool news = !addresses.SequenceEqual(known?.Addresses ?? []);
        if (news)
        {
            _byPeer[self] = new OutsideAddresses(self, Math.Max((known?.Version ?? 0) + 1, clock), addresses);
        }

        return news;
    }

    /// <summary>Takes what is newer.</summary>
    /// <param name="told">Unchecked.</param>
    /// <returns>Something about ourselves is told that must be put right.</returns>
    internal bool Merge(IReadOnlyList<OutsideAddresses> told)
    {
        bool wrong = false;
        foreach (OutsideAddresses each in told.Where(each => each.Addresses.Count <= MaximumAddresses && each.Version < MaximumVersion))
        {
            OutsideAddresses? known = _byPeer.GetValueOrDefault(each.Peer);
            if (each.Peer == self)
            {
                wrong |= PutRight(each, known);
            }
            else if (known is null ? _byPeer.Count < MaximumPeers : each.Version > known.Version)
            {
                _byPeer[each.Peer] = each;
            }
        }

        Gather();
        return wrong;
    }

    internal void Forget(PeerName peer)
    {
        if (peer != self && _byPeer.Remove(peer))
        {
            Gather();
        }
    }

    /// <summary>A peer that has <paramref name="address"/>, there or not; null when none is known.</summary>
    internal PeerName? HolderOf(Ipv4Address address) =>
        _byPeer.Values.FirstOrDefault(each => each.Peer != self && each.Addresses.Contains(address))?.Peer;

    // From before we were started, by a clock that was ahead.
    private bool PutRight(OutsideAddresses told, OutsideAddresses? known)
    {
        IReadOnlyList<Ipv4Address> own = known?.Addresses ?? [];
        if (told.Version < (known?.Version ?? 0) || (told.Version == known?.Version && told.Addresses.SequenceEqual(own)))
        {
            return false;
        }

        _byPeer[self] = new OutsideAddresses(self, told.Version + 1, own);
        return true;
    }

    private void Gather() => OfOthers = _byPeer.Values.Where(each => each.Peer != self).SelectMany(each => each.Addresses).ToHashSet();
}
