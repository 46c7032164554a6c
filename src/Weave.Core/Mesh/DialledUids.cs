using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Chooses our half of the UID of a connection that we dial. Of two connections the smaller UID stays, so one that follows
/// a connection of ours that is lost gets a smaller one than that: the other end, which may not know yet, then lets the
/// dead one go, whoever wrote it. By a little only, so that the next one finds room too.
/// </summary>
/// <remarks>docs/adr/0093-redials-that-win.md.</remarks>
internal sealed class DialledUids
{
    /// <summary>The other end notices by itself that a connection is dead after a minute of silence.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    /// <summary>The longest step down: room for thousands of millions of reconnects, and for dice: two ends that redial at once must differ.</summary>
    private const ulong LongestStep = 1UL << 32;

    private readonly SortedDictionary<PeerName, Last> _last = [];

    /// <summary>A connection to <paramref name="peer"/> was registered.</summary>
    internal void OnRegistered(TimeSpan now, PeerName peer, ulong uid)
    {
        if (_last.Count >= MeshLimits.RememberedUids)
        {
            foreach (PeerName old in _last.Where(pair => pair.Value.Lost + Memory <= now).Select(pair => pair.Key).ToList())
            {
                _last.Remove(old);
            }
        }

        if (_last.Count < MeshLimits.RememberedUids || _last.ContainsKey(peer))
        {
            _last[peer] = new Last(uid, Answered: false, Lost: TimeSpan.MaxValue - Memory);
        }
    }

    /// <summary>The other end spoke on it, so it has registered it too.</summary>
    internal void OnAnswered(PeerName peer)
    {
        if (_last.TryGetValue(peer, out Last? last) && !last.Answered)
        {
            _last[peer] = last with { Answered = true };
        }
    }

    internal void OnLost(TimeSpan now, PeerName peer)
    {
        if (_last.TryGetValue(peer, out Last? last))
        {
            _last[peer] = last with { Lost = now };
        }
    }

    /// <summary>Our half.</summary>
    /// <param name="now">The present.</param>
    /// <param name="peer">Who is at the other end.</param>
    /// <param name="theirs">Its half.</param>
    /// <param name="drawn">What the dice gave: used when there is nothing to follow.</param>
    /// <param name="replaces">We still have a connection to it that is not to be trusted.</param>
    /// <param name="random">The dice.</param>
    internal ulong Choose(TimeSpan now, PeerName peer, ulong theirs, ulong drawn, bool replaces, IRandom random)
    {
        bool follows = _last.TryGetValue(peer, out Last? last) && (replaces || (last.Lost <= now && now < last.Lost + Memory));
        return follows && last!.Uid > 0 ? Below(last, random) ^ theirs : drawn;
    }

    /// <summary>What was never answered lost against one that we know nothing of, from before our start: then far below.</summary>
    private static ulong Below(Last last, IRandom random)
    {
        ulong from = last.Answered ? last.Uid : (last.Uid >> 8) + 1;
        return from - 1 - (random.NextUInt64() % Math.Clamp(from >> 16, 1, LongestStep));
    }

    private sealed record Last(ulong Uid, bool Answered, TimeSpan Lost);
}
