using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>Requests of callers, and the containers for which they are made.</content>
public sealed partial class Allocator
{
    private readonly List<PrimeRequest> _pendingPrimes = [];
    private readonly List<ClaimRequest> _pendingClaims = [];
    private readonly List<AllocateRequest> _pendingAllocates = [];
    private readonly List<(Action<AllocationAnswer> To, AllocationAnswer Answer)> _answers = [];

    private bool HavePending => _pendingPrimes.Count + _pendingClaims.Count + _pendingAllocates.Count > 0;

    /// <summary>Asks for something; the answer comes before this returns, or later.</summary>
    public void Submit(Moment now, AllocationRequest request)
    {
        _now = now;
        request.SubmittedAt = now.Elapsed;
        if (_leaving)
        {
            Answer(request, AllocationAnswer.Cancelled);
        }
        else if (!Try(request))
        {
            Enqueue(request);
            Schedule();
        }

        Finish();
    }

    /// <summary>Withdraws a request that was not answered yet; its answer says what it waited for.</summary>
    public void Cancel(Moment now, AllocationRequest request)
    {
        _now = now;
        if (Dequeue(request))
        {
            Answer(request, AllocationAnswer.Cancelled with { Error = WhyWaiting(request) });
        }

        Finish();
    }

    /// <summary>The addresses of <paramref name="ident"/> within <paramref name="range"/>.</summary>
    public IReadOnlyList<Ipv4Cidr> Lookup(string ident, Ipv4Range range) => [.. _book.In(ident, range)];

    /// <summary>Everybody who has addresses here, in ordinal order.</summary>
    public IReadOnlyDictionary<string, OwnedAddresses> Owned => _book.Owned;

    /// <summary>Frees all addresses of <paramref name="ident"/>.</summary>
    /// <returns>Why not, for the user; null when done.</returns>
    public string? Delete(Moment now, string ident)
    {
        _now = now;
        bool had = ReleaseAll(ident);
        Finish();
        return !had ? $"Delete: no addresses for {ident}" : null;
    }

    /// <summary>Frees one address of <paramref name="ident"/>.</summary>
    /// <returns>Why not, for the user; null when done.</returns>
    public string? Free(Moment now, string ident, Ipv4Address address)
    {
        _now = now;
        bool had = _book.Remove(ident, address);
        if (had)
        {
            Release(address);
        }

        Finish();
        return had ? null : $"Free: address {address} not found for {ident}";
    }

    /// <summary>It lives again: its addresses stay.</summary>
    public void OnContainerStarted(Moment now, string container)
    {
        _now = now;
        NoteAlive(container);
        if (_dead.Remove(container))
        {
            NoteOutside(container);
            Finish();
        }
    }

    /// <summary>Its requests are withdrawn, and after <see cref="ContainerGrace"/> its addresses are freed.</summary>
    /// <param name="now">The present.</param>
    /// <param name="container">Which.</param>
    /// <param name="asOf">When that was heard, if the news had to wait: what was asked for since then is for its next life.</param>
    public void OnContainerDied(Moment now, string container, TimeSpan? asOf = null)
    {
        _now = now;
        TimeSpan died = asOf ?? now.Elapsed;
        if (_book.IsContainer(container) && !(_aliveAt.TryGetValue(container, out TimeSpan at) && at > died))
        {
            _dead[container] = now.Elapsed;
            NoteOutside(container);
        }

        CancelAll(request => request.Ident == container && request.SubmittedAt <= died);
        Finish();
    }

    /// <summary>Its addresses are freed.</summary>
    public void OnContainerDestroyed(Moment now, string container)
    {
        _now = now;
        if (_book.IsContainer(container))
        {
            ReleaseAll(container);
        }

        Finish();
    }

    private void TryPending()
    {
        TryAll(_pendingPrimes);
        TryAll(_pendingClaims); // before allocations, which might take what is claimed
        TryAll(_pendingAllocates);
        if (HavePending)
        {
            Schedule();
        }
    }

    private void TryAll<T>(List<T> pending)
        where T : AllocationRequest
    {
        foreach (T request in pending.ToList())
        {
            if (Try(request))
            {
                pending.Remove(request);
            }
        }
    }

    /// <returns>It is settled, one way or the other.</returns>
    private bool Try(AllocationRequest request) => request switch
    {
        AllocateRequest allocate => TryAllocate(allocate),
        ClaimRequest claim => TryClaim(claim),
        PrimeRequest prime => TryPrime(prime),
        _ => throw new ArgumentException($"unknown request {request}", nameof(request)),
    };

    private bool TryPrime(PrimeRequest request)
    {
        EstablishRing();
        if (_ring.IsEmpty)
        {
            return false;
        }

        Answer(request, default);
        return true;
    }

    private bool TryAllocate(AllocateRequest request)
    {
        foreach (Ipv4Cidr has in _book.In(request.Ident, Ipv4Range.Of(request.Subnet)))
        {
            _dead.Remove(request.Ident);
            return Settle(request, AllocationAnswer.Given(has with { PrefixLength = request.Subnet.PrefixLength }));
        }

        if (!Universe.Overlaps(Ipv4Range.Of(request.Subnet)))
        {
            return Settle(request, AllocationAnswer.Refused($"range {request.Subnet} out of bounds: {_options.Universe}"));
        }

        EstablishRing();
        if (_space.TryAllocate(Ipv4Range.HostsOf(request.Subnet), out Ipv4Address address))
        {
            _spaceChanged = true;
            _searches.GetValueOrDefault(request.Wanted)?.OnGiven();
            Ipv4Cidr given = new(address, request.Subnet.PrefixLength);
            Give(request, given, request.IsContainer);
            return Settle(request, AllocationAnswer.Given(given));
        }

        if (IsBarred(request.Wanted))
        {
            return AwaitRange();
        }

        return !_ring.IsEmpty && !AskForSpace(request) && !FollowsOriginalRule
            && Settle(request, AllocationAnswer.Refused($"no address left: all of {request.Subnet} are in use, on this host or on others"));
    }

    /// <returns>It had any.</returns>
    private bool ReleaseAll(string ident)
    {
        _dead.Remove(ident);
        _aliveAt.Remove(ident);
        IReadOnlyList<Ipv4Cidr> had = _book.RemoveAll(ident);
        foreach (Ipv4Cidr cidr in had)
        {
            Release(cidr.Address);
        }

        return had.Count > 0;
    }

    private void Release(Ipv4Address address)
    {
        bool wasOrphan = _orphans.Remove(address);
        _claimed.Remove(address);
        _duplicates.Remove(address);
        _aliveAt.Remove(FileUnder(NoContainer, address));
        _outsideChanged |= wasOrphan || !Universe.Contains(address) || _outside.Shared.Any(shared => shared.Address == address);
        if (_space.TryFree(address))
        {
            _spaceChanged = true;
            _retryAllocates = true; // somebody may wait for it
            if (_networks.OfOthers.Contains(address))
            {
                Reserve(address);
            }
        }
    }

    private static string FileUnder(string ident, Ipv4Address address) => ident == NoContainer ? address.ToString() : ident;

    private void CancelAll(Func<AllocationRequest, bool> which)
    {
        foreach (AllocationRequest request in Pending().Where(which).ToList())
        {
            Dequeue(request);
            Answer(request, AllocationAnswer.Cancelled);
        }
    }

    private IEnumerable<AllocationRequest> Pending() => [.. _pendingPrimes, .. _pendingClaims, .. _pendingAllocates];

    private void Enqueue(AllocationRequest request)
    {
        switch (request)
        {
            case AllocateRequest allocate:
                _pendingAllocates.Add(allocate);
                break;
            case ClaimRequest claim:
                _pendingClaims.Add(claim);
                break;
            case PrimeRequest prime:
                _pendingPrimes.Add(prime);
                break;
            default:
                throw new ArgumentException($"unknown request {request}", nameof(request));
        }
    }

    private bool Dequeue(AllocationRequest request) => request switch
    {
        AllocateRequest allocate => _pendingAllocates.Remove(allocate),
        ClaimRequest claim => _pendingClaims.Remove(claim),
        PrimeRequest prime => _pendingPrimes.Remove(prime),
        _ => false,
    };

    private bool Settle(AllocationRequest request, AllocationAnswer answer)
    {
        Answer(request, answer);
        return true;
    }

    private void Answer(AllocationRequest request, AllocationAnswer answer)
    {
        if (request is not PrimeRequest && !answer.IsCancelled && answer.Error is null)
        {
            NoteAlive(FileUnder(request.Ident, answer.Address.Address));
        }

        if (request.TakeAnswer() is { } to)
        {
            _answers.Add((to, answer));
        }
    }

    private void Answer()
    {
        foreach ((Action<AllocationAnswer> to, AllocationAnswer answer) in _answers)
        {
            to(answer);
        }

        _answers.Clear();
    }
}
