using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>Claims: requests for one certain address, of ours, of another peer's, or outside the range.</content>
public sealed partial class Allocator
{
    /// <summary>A claim gives up when the owner could not be asked so many times (docs/wire/ipam.md §6).</summary>
    private const int MaximumClaimTries = 5;

    private bool TryClaim(ClaimRequest request)
    {
        Ipv4Address address = request.Cidr.Address;
        if (TryShare(request))
        {
            return true;
        }

        if (!Universe.Contains(address))
        {
            return ClaimOutside(request);
        }

        EstablishRing();
        _dead.Remove(request.Ident);
        if (!request.NoErrorOnUnknown && _book.OwnerOf(address) is null && Objection(address) is { } why)
        {
            return Settle(request, AllocationAnswer.Refused($"address {request.Cidr} cannot be given: {why}"));
        }

        PeerName owner = _ring.OwnerOf(address);
        if (owner == Self && !_ring.IsEmpty)
        {
            return ClaimOwn(request);
        }

        request.Tries++;
        return _ring.IsEmpty ? AwaitRing(request) : AskOwner(request, owner);
    }

    private bool AwaitRing(ClaimRequest request)
    {
        if (request.NoErrorOnUnknown)
        {
            Answer(request, AllocationAnswer.Given(request.Cidr));
        }

        return false;
    }

    private bool AskOwner(ClaimRequest request, PeerName owner)
    {
        // Known here as ours though the ring says otherwise: it is being claimed from the new owner already.
        if (_orphans.Contains(request.Cidr.Address))
        {
            return ClaimOwn(request);
        }

        if (SendSpaceRequest(owner, Single(request.Cidr.Address)))
        {
            return false;
        }

        if (request.NoErrorOnUnknown)
        {
            Answer(request, AllocationAnswer.Given(request.Cidr));
            return false;
        }

        return request.Tries > MaximumClaimTries && Settle(request, OwnedByOther(request, owner, $" - unknown relay destination: {owner}"));
    }

    private bool ClaimOwn(ClaimRequest request)
    {
        Ipv4Address address = request.Cidr.Address;
        string? holder = _book.OwnerOf(address);
        if (holder is not null)
        {
            _book.NoteUse(holder, address, request.Engine);
            return Settle(request, Reclaim(request, holder, _book.IsContainer(holder)));
        }

        if (_reserved.Contains(address))
        {
            return Settle(request, AllocationAnswer.Refused($"address {request.Cidr} is of a network of {Named(_networks.HolderOf(address)!.Value)}"));
        }

        if (!_space.TryClaim(address))
        {
            return false; // ours, but held: others may think it theirs
        }

        _spaceChanged = true;
        Give(request, request.Cidr, request.IsContainer);
        return Settle(request, AllocationAnswer.Given(request.Cidr));
    }

    private static AllocationAnswer Reclaim(ClaimRequest request, string holder, bool isContainers)
    {
        // Whoever has no name cannot be shown to be another; a container cannot be the one without a name, nor a network.
        bool isAnother = isContainers && request.Engine == EngineUse.Network;
        if (holder == request.Ident || (request.Ident == NoContainer && !isAnother))
        {
            return AllocationAnswer.Given(request.Cidr);
        }

        return AllocationAnswer.Refused(holder == request.Cidr.Address.ToString()
            ? $"address {request.Cidr} already in use"
            : $"address {request.Cidr} is already owned by {holder}");
    }

    private bool ClaimOutside(ClaimRequest request)
    {
        string? holder = _book.OwnerOf(request.Cidr.Address);
        if (holder is not null && holder != request.Ident && request.Ident != NoContainer && !_dead.ContainsKey(holder))
        {
            return Settle(request, AllocationAnswer.Refused($"address {request.Cidr} already in use by {holder}"));
        }

        if (holder is not null && request.Engine == EngineUse.Network && _book.IsContainer(holder))
        {
            return Settle(request, Reclaim(request, holder, isContainers: true));
        }

        bool isTheirs = holder is not null && (holder == request.Ident || request.Ident == NoContainer);
        if (!isTheirs && !request.NoErrorOnUnknown && (_outside.UserOf(request.Cidr.Address) ?? _networks.HolderOf(request.Cidr.Address)) is { } user)
        {
            return Settle(request, AllocationAnswer.Refused($"address {request.Cidr} already in use on {Named(user)}"));
        }

        if (holder is not null && holder != request.Ident && request.Ident != NoContainer)
        {
            _book.Remove(holder, request.Cidr.Address); // the dead have no use for it
            holder = null;
        }

        if (holder is not null)
        {
            _book.NoteUse(holder, request.Cidr.Address, request.Engine);
        }
        else
        {
            Give(request, request.Cidr, request.IsContainer);
        }

        _dead.Remove(request.Ident);
        _outsideChanged = true;
        return Settle(request, AllocationAnswer.Given(request.Cidr));
    }

    private AllocationAnswer OwnedByOther(ClaimRequest request, PeerName owner, string reason)
    {
        string nickname = _nicknames.TryGetValue(owner, out string? known) ? $" ({known})" : "";
        return AllocationAnswer.Refused($"address {request.Cidr} is owned by other peer {owner}{nickname}{reason}");
    }

    private void OnDenied(PeerName by, Ipv4Range range)
    {
        foreach (ClaimRequest claim in _pendingClaims.Where(claim => range.Contains(claim.Cidr.Address)).ToList())
        {
            if (AwaitsWord(claim, by))
            {
                continue;
            }

            _pendingClaims.Remove(claim);
            AllocationAnswer answer = OwnedByOther(claim, by, "");
            if (claim.IsAnswered)
            {
                Note(answer.Error!, warning: true);
            }

            Answer(claim, answer);
        }

        foreach (Ipv4Address orphan in _orphans.Where(range.Contains))
        {
            ReportDuplicate(orphan, by);
        }
    }

    private static Ipv4Range Single(Ipv4Address address) => new(address.Value, address.Value + 1);
}
