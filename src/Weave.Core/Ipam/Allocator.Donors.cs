using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>Whom to ask for space when ours is used up.</content>
public sealed partial class Allocator
{
    /// <summary>
    /// How long a donor may take before another is asked besides. A peer that is cut off looks alive until its connection
    /// times out, which takes a minute; whoever waits for an address does not have that long.
    /// </summary>
    public static readonly TimeSpan DonorPatience = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long silence of a peer that has nothing, as far as was told, keeps a request waiting: within a second there is an
    /// answer for whoever asked.
    /// </summary>
    public static readonly TimeSpan LastPatience = TimeSpan.FromMilliseconds(750);

    private readonly SortedDictionary<PeerName, TimeSpan> _asked = [];
    private readonly Dictionary<Ipv4Range, SpaceSearch> _searches = []; // for lookups only
    private TimeSpan? _nextDonor;

    /// <summary>
    /// Asks for space where <paramref name="request"/> wants it until somebody gives some: first one, then, the more have denied, the more
    /// at once. Those who have nothing free by the ring are asked too, after all others: what they freed last is not told yet.
    /// </summary>
    /// <returns>There is hope: somebody may still give some, or there will be some here.</returns>
    private bool AskForSpace(AllocateRequest request)
    {
        Ipv4Range range = request.Wanted;
        SpaceSearch search = SearchIn(range);
        List<(PeerName Peer, uint Free, InquiryState State)> donors =
            [.. Donors(request).Select(donor => (donor.Peer, donor.Free, search.StateOf(donor.Peer, donor.Free, _now.Elapsed)))];
        int underWay = donors.Count(donor => donor.State == InquiryState.Asked);
        bool isSoon = donors.Exists(donor => donor.State is InquiryState.Asked or InquiryState.Slow or InquiryState.Evasive);
        bool hope = ExpectsSpace(range) || donors.Exists(donor => donor.State == InquiryState.Silent && donor.Free > 0);
        foreach ((PeerName peer, uint free, _) in ByPromise(donors.Where(donor => donor.State == InquiryState.NotAsked)))
        {
            if (underWay > search.Denials)
            {
                break;
            }

            // Who is away counts as asked: somebody may have taken over from it, and we hear of that in a moment.
            search.OnAsked(peer, free, _now.Elapsed);
            isSoon = true;
            if (SendSpaceRequest(peer, range))
            {
                underWay++;
                Remember(peer);
            }
        }

        return isSoon ? AwaitDonors() : hope;
    }

    private IReadOnlyList<(PeerName Peer, uint Free)> Donors(AllocateRequest request) =>
        [.. _ring.Donors(request.Wanted, Ipv4Range.Of(request.Subnet)).Where(donor => !_otherRanges.ContainsKey(donor.Peer))];

    private IEnumerable<(PeerName Peer, uint Free, InquiryState State)> ByPromise(IEnumerable<(PeerName Peer, uint Free, InquiryState State)> donors) =>
        donors.Select(donor => (Donor: donor, Weight: donor.Free * _random.NextDouble()))
            .OrderBy(drawn => drawn.Donor.Free == 0)
            .ThenBy(drawn => IsSilent(drawn.Donor.Peer))
            .ThenByDescending(drawn => drawn.Weight)
            .Select(drawn => drawn.Donor);

    private bool AwaitDonors()
    {
        _nextDonor ??= _now.Elapsed + DonorPatience;
        return true;
    }

    // Held until others agree, or of a container whose end is not certain: it will be free without anybody's asking.
    private bool ExpectsSpace(Ipv4Range range) =>
        HoldsAny(range) || _dead.Keys.Any(ident => _book.In(ident, range).Any());

    /// <summary>Why a request has no answer yet, for the user; null when there is no ring.</summary>
    private string? WhyWaiting(AllocationRequest request)
    {
        if (_ring.IsEmpty || request is not AllocateRequest wanted)
        {
            return null;
        }

        IEnumerable<PeerName> away = Donors(wanted).Where(donor => donor.Free > 0).Select(donor => donor.Peer);
        return HoldsAny(wanted.Wanted)
            ? $"what is left of {wanted.Subnet} is held until {Named(_holds.WaitingFor.Concat(_rivals))} agree, see 'weave status ipam'"
            : $"what is left of {wanted.Subnet} is with {Named(away)}, who gave no answer, see 'weave status ipam'";
    }

    private SpaceSearch SearchIn(Ipv4Range range)
    {
        if (!_searches.TryGetValue(range, out SpaceSearch? search))
        {
            _searches[range] = search = new SpaceSearch();
        }

        return search;
    }

    private void EndSearches()
    {
        if (_searches.Count > 0)
        {
            HashSet<Ipv4Range> wanted = [.. _pendingAllocates.Select(request => request.Wanted)];
            foreach (Ipv4Range range in _searches.Keys.Where(range => !wanted.Contains(range)).ToList())
            {
                _searches.Remove(range);
            }
        }
    }

    private void OnSpaceDenied(PeerName by, Ipv4Range range)
    {
        if (_searches.TryGetValue(range, out SpaceSearch? search))
        {
            search.OnDenied(by, _now.Elapsed);
            _retryAllocates = true;
        }
    }

    // Whoever was asked shows its ring in any case: with what it has given, or after it has denied.
    private void OnRingShownBy(PeerName peer)
    {
        foreach (SpaceSearch search in _searches.Values)
        {
            search.OnRingShown(peer, _now.Elapsed);
            _retryAllocates = true;
        }
    }

    private void AskNextDonor()
    {
        if (_nextDonor <= _now.Elapsed)
        {
            _nextDonor = null;
            TryAll(_pendingAllocates);
        }
    }

    private void Remember(PeerName asked)
    {
        if (!WasAsked(asked))
        {
            _asked[asked] = _now.Elapsed;
        }
    }

    private void OnHeardFrom(PeerName peer) => _asked.Remove(peer);

    /// <summary>Asked, and nothing came; once it was asked long ago it gets another chance.</summary>
    private bool IsSilent(PeerName peer) => WasAsked(peer) && _asked[peer] + DonorPatience <= _now.Elapsed;

    private bool WasAsked(PeerName peer) => _asked.TryGetValue(peer, out TimeSpan asked) && _now.Elapsed < asked + RetryInterval;
}
