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

    private readonly SortedDictionary<PeerName, TimeSpan> _asked = [];
    private TimeSpan? _nextDonor;

    private void AskForSpace(Ipv4Range range)
    {
        List<PeerName> donors =
        [
            .. _ring.Donors(range)
                .Select(donor => (donor.Peer, Weight: donor.Free * _random.NextDouble()))
                .OrderBy(donor => IsSilent(donor.Peer))
                .ThenByDescending(donor => donor.Weight)
                .Select(donor => donor.Peer),
        ];
        int chosen = donors.FindIndex(donor => SendSpaceRequest(donor, range));
        if (chosen < 0)
        {
            return;
        }

        if (!WasAsked(donors[chosen]))
        {
            _asked[donors[chosen]] = _now.Elapsed;
        }

        if (donors.Skip(chosen + 1).Any(donor => !IsSilent(donor)))
        {
            _nextDonor ??= _now.Elapsed + DonorPatience;
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

    private void OnHeardFrom(PeerName peer) => _asked.Remove(peer);

    /// <summary>Asked, and nothing came; once it was asked long ago it gets another chance.</summary>
    private bool IsSilent(PeerName peer) => WasAsked(peer) && _asked[peer] + DonorPatience <= _now.Elapsed;

    private bool WasAsked(PeerName peer) => _asked.TryGetValue(peer, out TimeSpan asked) && _now.Elapsed < asked + RetryInterval;
}
