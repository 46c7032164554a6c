using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// Who uses which addresses outside the range, as far as peers have told. Nobody owns those, so this is all that keeps two
/// hosts from using the same; on two sides of a partition nothing does.
/// </summary>
/// <param name="self">Our name.</param>
/// <param name="isThere">Others do not count. What they use may be heard of before they are, so it is kept.</param>
/// <remarks>docs/wire/ipam.md §6.</remarks>
internal sealed class OutsideTable(PeerName self, Func<PeerName, bool> isThere)
{
    /// <summary>More than any host has: a peer that tells of more is not believed.</summary>
    private const int MaximumAddresses = 10_000;

    /// <summary>More than have any such addresses: what is beyond is not remembered.</summary>
    private const int MaximumPeers = 1_000;

    /// <summary>More than any clock says: who tells of more would have the last word for ever.</summary>
    private const ulong MaximumVersion = 1UL << 40;

    private readonly SortedDictionary<PeerName, OutsideAddresses> _byPeer = [];

    /// <summary>Ascending by peer.</summary>
    internal IReadOnlyList<OutsideAddresses> All => [.. _byPeer.Values.Where(each => each.Peer == self || isThere(each.Peer))];

    /// <summary>Ours that another peer uses as well.</summary>
    internal IReadOnlyList<(Ipv4Address Address, PeerName Peer)> Shared { get; private set; } = [];

    /// <summary>What we use from now on.</summary>
    /// <param name="addresses">Ascending.</param>
    /// <param name="clock">Starts versions above those of our former lives, when the clock is right.</param>
    /// <returns>It is news.</returns>
    internal bool SetOwn(IReadOnlyList<Ipv4Address> addresses, ulong clock)
    {
        OutsideAddresses? known = _byPeer.GetValueOrDefault(self);
        bool news = !addresses.SequenceEqual(known?.Addresses ?? []);
        if (news)
        {
            _byPeer[self] = new OutsideAddresses(self, Math.Max((known?.Version ?? 0) + 1, clock), addresses);
            Compare();
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
            if (each.Version < (known?.Version ?? 0) || (each.Version == known?.Version && each.Addresses.SequenceEqual(known.Addresses)))
            {
                continue;
            }

            if (each.Peer == self)
            {
                // From before we were started, by a clock that was ahead.
                _byPeer[self] = new OutsideAddresses(self, each.Version + 1, known?.Addresses ?? []);
                wrong = true;
            }
            else if (known is not null ? each.Version > known.Version : _byPeer.Count < MaximumPeers)
            {
                _byPeer[each.Peer] = each;
            }
        }

        Compare();
        return wrong;
    }

    internal void Forget(PeerName peer)
    {
        if (peer != self && _byPeer.Remove(peer))
        {
            Compare();
        }
    }

    /// <summary>Another peer that uses <paramref name="address"/>; null when none is known.</summary>
    internal PeerName? UserOf(Ipv4Address address)
    {
        foreach (OutsideAddresses other in _byPeer.Values)
        {
            if (other.Peer != self && other.Addresses.Contains(address) && isThere(other.Peer))
            {
                return other.Peer;
            }
        }

        return null;
    }

    /// <summary>Looks again for <see cref="Shared"/>, since somebody is there now.</summary>
    internal void Compare() => Shared = _byPeer.GetValueOrDefault(self)?.Addresses is { Count: > 0 } own
        ? [.. own.Select(address => (address, UserOf(address))).Where(pair => pair.Item2 is not null).Select(pair => (pair.address, pair.Item2!.Value))]
        : [];
}
