using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>What no ring tells, such as the use of addresses outside the range: each peer tells it the others of itself.</content>
public sealed partial class Allocator
{
    private readonly OutsideTable _outside;
    private readonly HashSet<(Ipv4Address Address, PeerName Peer)> _toldShared = [];
    private bool _outsideChanged;
    private bool _tellOutside;
    private bool _hadAny;

    /// <param name="told">Unchecked.</param>
    /// <param name="isPassedOn">Everybody hears it, with what else we tell.</param>
    private void LearnOutside(IReadOnlyList<OutsideAddresses> told, bool isPassedOn)
    {
        if (told.Count == 0 || FollowsOriginalRule)
        {
            return;
        }

        _tellOutside |= _outside.Merge(told, _now.Elapsed);
        if (_outside.Changed)
        {
            // Those behind us must hear at once of somebody who gives out the same addresses. A broadcast over a ring of
            // another range goes no further than here.
            bool goesNoFurther = !isPassedOn || told.Any(each => !each.Range.IsEmpty && each.Range != Universe);
            _tellOutside |= goesNoFurther && told.Any(each => each.Peer != Self && Matters(each));
            ReportShared();
        }
    }

    // The dead have no use for their addresses, though they keep them for a while.
    private void GatherOutside()
    {
        _outsideChanged |= _hadAny != _book.Owned.Count > 0;
        if (!_outsideChanged || FollowsOriginalRule)
        {
            return;
        }

        _outsideChanged = false;
        IEnumerable<Ipv4Address> used = _book.Owned
            .Where(owner => !_dead.ContainsKey(owner.Key) && owner.Value.Engine != EngineUse.Network)
            .SelectMany(owner => owner.Value.Cidrs.Select(cidr => cidr.Address))
            .Where(address => !Universe.Contains(address));
        Ipv4Address[] addresses = _leaving ? [] : [.. used.Concat(_orphans).Distinct().Order()];
        _tellOutside |= _outside.SetOwn(
            addresses, (ulong)Math.Max(0, _now.UnixSeconds), _leaving ? default : Universe, _leaving ? 0 : Origin, _book.Owned.Count > 0);
        _hadAny = _book.Owned.Count > 0;
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
