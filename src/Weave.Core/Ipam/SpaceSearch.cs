using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// Whom we have asked for space in one range, and what they said: for as long as somebody here waits for an address of it.
/// Who has denied is not asked again, and when all have, there is nothing to wait for.
/// </summary>
/// <remarks>docs/wire/ipam.md §6. An answer counts for <see cref="Allocator.RetryInterval"/>, or until its giver has freed something.</remarks>
internal sealed class SpaceSearch
{
    private readonly SortedDictionary<PeerName, Inquiry> _inquiries = [];

    private enum Reply
    {
        None,

        /// <summary>It has nothing there.</summary>
        Denied,

        /// <summary>It told its ring and gave nothing: what it has is held until others agree.</summary>
        Evaded,
    }

    /// <summary>Who has said that there is nothing.</summary>
    internal int Denials => _inquiries.Values.Count(inquiry => inquiry.Reply == Reply.Denied);

    internal InquiryState StateOf(PeerName peer, uint likely, TimeSpan now)
    {
        if (!_inquiries.TryGetValue(peer, out Inquiry inquiry) || now >= inquiry.At + Allocator.RetryInterval)
        {
            return InquiryState.NotAsked;
        }

        return inquiry.Reply switch
        {
            Reply.None when now < inquiry.At + Allocator.DonorPatience => InquiryState.Asked,
            Reply.None when now < inquiry.At + Allocator.LastPatience => InquiryState.Slow,
            Reply.None => InquiryState.Silent,
            _ when likely > inquiry.Likely => InquiryState.NotAsked,
            Reply.Denied => InquiryState.Denied,
            _ => now < inquiry.At + Pause(inquiry.Evasions) ? InquiryState.Evasive : InquiryState.NotAsked,
        };
    }

    internal void OnAsked(PeerName peer, uint likely, TimeSpan now) =>
        _inquiries[peer] = new Inquiry(now, likely, Reply.None, _inquiries.GetValueOrDefault(peer).Evasions);

    internal void OnDenied(PeerName peer, TimeSpan now)
    {
        if (_inquiries.TryGetValue(peer, out Inquiry inquiry))
        {
            _inquiries[peer] = inquiry with { At = now, Reply = Reply.Denied };
        }
    }

    internal void OnRingShown(PeerName peer, TimeSpan now)
    {
        if (_inquiries.TryGetValue(peer, out Inquiry inquiry) && inquiry.Reply == Reply.None)
        {
            _inquiries[peer] = inquiry with { At = now, Reply = Reply.Evaded, Evasions = inquiry.Evasions + 1 };
        }
    }

    /// <summary>Somebody has given: he may have more.</summary>
    internal void OnGiven()
    {
        Forget(Reply.None);
        Forget(Reply.Evaded);
    }

    /// <summary>What was held may be free by now.</summary>
    internal void OnRingChanged() => Forget(Reply.Evaded);

    private void Forget(Reply reply)
    {
        foreach (PeerName peer in _inquiries.Where(pair => pair.Value.Reply == reply).Select(pair => pair.Key).ToList())
        {
            _inquiries.Remove(peer);
        }
    }

    // What is held is let go without a word when it was for a moment only: the others agree in one round trip.
    private static TimeSpan Pause(int evasions)
    {
        TimeSpan pause = Allocator.DonorPatience * (1 << Math.Min(evasions - 1, 8));
        return pause < Allocator.RetryInterval ? pause : Allocator.RetryInterval;
    }

    private readonly record struct Inquiry(TimeSpan At, uint Likely, Reply Reply, int Evasions);
}
