using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>Addresses outside the range, which no ring knows: each peer tells the others what it uses.</content>
public sealed partial class Allocator
{
    private readonly OutsideTable _outside;
    private readonly HashSet<(Ipv4Address Address, PeerName Peer)> _toldShared = [];
    private bool _outsideChanged;
    private bool _tellOutside;

    private void LearnOutside(IReadOnlyList<OutsideAddresses> told)
    {
        if (told.Count > 0 && !FollowsOriginalRule)
        {
            _tellOutside |= _outside.Merge(told);
            ReportShared();
        }
    }

    // The dead have no use for their addresses, though they keep them for a while.
    private void GatherOutside()
    {
        if (!_outsideChanged || FollowsOriginalRule)
        {
            return;
        }

        _outsideChanged = false;
        IEnumerable<Ipv4Address> used = _book.Owned
            .Where(owner => !_dead.ContainsKey(owner.Key))
            .SelectMany(owner => owner.Value.Cidrs.Select(cidr => cidr.Address))
            .Where(address => !Universe.Contains(address));
        _tellOutside |= _outside.SetOwn([.. used.Distinct().Order()], (ulong)Math.Max(0, _now.UnixSeconds));
        ReportShared();
    }

    private void NoteOutside(string ident) => _outsideChanged |= _book.Of(ident).Any(cidr => !Universe.Contains(cidr.Address));

    private void ReportShared()
    {
        _toldShared.IntersectWith(_outside.Shared);
        foreach ((Ipv4Address address, PeerName peer) in _outside.Shared)
        {
            if (_toldShared.Add((address, peer)))
            {
                Note($"address {address} of {_book.OwnerOf(address)} on {Named(Self)} is in use on {Named(peer)} as well", warning: true);
            }
        }
    }

    // Without a ring a broadcast would be a question for one.
    private void TellOutside()
    {
        if (!_tellOutside)
        {
            return;
        }

        _tellOutside = false;
        if (_ring.IsEmpty)
        {
            _sender.Gossip(_gossip);
        }
        else
        {
            _tell = true;
        }
    }
}
