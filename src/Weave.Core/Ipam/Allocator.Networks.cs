using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>
/// Addresses of networks themselves: gateways, and what is set aside. The same network is made on many hosts, so many have
/// the same address; each tells the others, and while anybody has it nobody gives it to a container.
/// </content>
/// <remarks>docs/wire/ipam.md §6.</remarks>
public sealed partial class Allocator
{
    private readonly NetworkTable _networks;

    /// <summary>Taken out of our space only because networks of other hosts have them.</summary>
    private readonly HashSet<Ipv4Address> _reserved = [];

    private bool IsOfNetwork(Ipv4Address address) =>
        _book.OwnerOf(address) is { } owner && _book.Owned[owner].Engine == EngineUse.Network;

    private void LearnNetworks(IReadOnlyList<OutsideAddresses> told)
    {
        if (told.Count == 0 || FollowsOriginalRule)
        {
            return;
        }

        _tellOutside |= _networks.Merge(told);
        ReserveNetworks();
        _retry |= _pendingClaims.Any(claim => claim.Engine == EngineUse.Network);
    }

    /// <summary>Whose network has it as well, if the claim is for a network: then it is ours, too, whoever owns it by the ring.</summary>
    private bool TryShare(ClaimRequest request)
    {
        Ipv4Address address = request.Cidr.Address;
        if (request.Engine != EngineUse.Network || _book.OwnerOf(address) is not null || !_networks.OfOthers.Contains(address))
        {
            return false;
        }

        Give(request, request.Cidr, isContainer: false);
        _reserved.Remove(address); // ours now, too: in our space it stays taken
        return Settle(request, AllocationAnswer.Given(request.Cidr));
    }

    /// <summary>The owner denied it, and tells next what it knows: its network may have it as well.</summary>
    private static bool AwaitsWord(ClaimRequest claim, PeerName owner)
    {
        bool awaits = claim.Engine == EngineUse.Network && !claim.IsAnswered && claim.DeniedBy is null;
        claim.DeniedBy = awaits ? owner : null;
        return awaits;
    }

    private void OnWordOf(PeerName owner)
    {
        foreach (ClaimRequest claim in _pendingClaims.Where(claim => claim.DeniedBy == owner).ToList())
        {
            _pendingClaims.Remove(claim);
            if (!TryShare(claim))
            {
                Answer(claim, OwnedByOther(claim, owner, ""));
            }
        }
    }

    private void TellNetworks()
    {
        if (FollowsOriginalRule)
        {
            return;
        }

        List<Ipv4Address> own = [.. _book.Owned.Values.Where(owned => owned.Engine == EngineUse.Network).SelectMany(owned => owned.Cidrs).Select(cidr => cidr.Address)
            .Distinct().Order().Take(NetworkTable.MaximumAddresses)];
        _tellOutside |= _networks.SetOwn(own, (ulong)Math.Max(0, _now.UnixSeconds));
    }

    // A peer that is away for a while comes back with its networks. One that owns nothing and is gone does not.
    private void ForgetNetworks(PeerName peer)
    {
        _networks.Forget(peer);
        ReserveNetworks();
    }

    /// <summary>Takes out of our space what networks of others have, and gives back what none has any more.</summary>
    private void ReserveNetworks()
    {
        foreach (Ipv4Address address in _reserved.Where(address => !_networks.OfOthers.Contains(address)).ToList())
        {
            _reserved.Remove(address);
            if (_book.OwnerOf(address) is null && _space.TryFree(address))
            {
                _spaceChanged = true;
                _retry = true; // somebody may wait for it
            }
        }

        foreach (Ipv4Address address in _networks.OfOthers)
        {
            Reserve(address);
        }
    }

    // The space is what the ring says once more: of it, what networks have is not free.
    private void TakeNetworks()
    {
        foreach (OwnedAddresses owned in _book.Owned.Values.Where(owned => owned.Engine == EngineUse.Network))
        {
            foreach (Ipv4Cidr cidr in owned.Cidrs)
            {
                _spaceChanged |= _space.TryTake(cidr.Address);
            }
        }

        ReserveNetworks();
    }

    private void Reserve(Ipv4Address address)
    {
        if (_book.OwnerOf(address) is null && _space.TryTake(address))
        {
            _reserved.Add(address);
            _spaceChanged = true;
        }
    }
}
