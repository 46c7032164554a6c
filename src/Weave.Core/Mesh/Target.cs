using Weave.Core.Primitives;

namespace Weave.Core.Mesh;

/// <summary>An address that we connect to, and how that goes.</summary>
/// <remarks>docs/wire/mesh.md §1.14.</remarks>
internal sealed class Target
{
    internal static readonly TimeSpan InitialInterval = TimeSpan.FromSeconds(2);
    internal static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(6);

    /// <summary>A connection that lived this long since it was due is retried at once when lost.</summary>
    internal static readonly TimeSpan ResetAfter = TimeSpan.FromMinutes(1);

    // Ours: who was with us for a while and is gone may just be starting again, and traffic waits for it.
    internal static readonly TimeSpan EagerAfter = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan EagerInterval = TimeSpan.FromSeconds(0.5);
    internal const int EagerTries = 8;

    /// <summary>
    /// Ours: for so long a lost neighbour is tried every <see cref="InitialInterval"/>. It may be on the other side of a
    /// partition, which nothing tells us the end of; with growing pauses it would stay away for half as long again.
    /// </summary>
    internal static readonly TimeSpan SteadyFor = TimeSpan.FromMinutes(15);

    /// <summary>More tell nothing more.</summary>
    private const int MaxFailures = 100;

    /// <summary>Ours: between attempts to learn the address of a name.</summary>
    internal static readonly TimeSpan MaxLookUpInterval = TimeSpan.FromSeconds(5);

    private TimeSpan _interval = InitialInterval;
    private int _eagerTries;
    private TimeSpan _steadyUntil;

    internal Target(TimeSpan now) => TryNow(now);

    internal TargetState State { get; set; } = TargetState.Waiting;

    /// <summary>Who told of it, which says how much it is worth.</summary>
    internal TargetOrigin Origin { get; set; }

    /// <summary>Attempts since the last one that led to a connection that lived for a while.</summary>
    internal int Failures { get; private set; }

    /// <summary>Why the last attempt or connection ended; null at first.</summary>
    internal string? LastError { get; private set; }

    /// <summary>When the next attempt is due; null for never.</summary>
    internal TimeSpan? TryAfter { get; private set; }

    internal void TryNow(TimeSpan now)
    {
        TryAfter = now;
        _interval = InitialInterval;
    }

    /// <summary>The connection to it does not answer: a second one is tried beside it, as after one that was lost.</summary>
    internal void Doubted(TimeSpan now)
    {
        State = TargetState.Waiting;
        TryNow(now);
        TrySteadily(now);
    }

    /// <summary>Somebody who was with us until now ought to be there.</summary>
    internal void TrySteadily(TimeSpan now) => _steadyUntil = now + SteadyFor;

    internal void Ended(TimeSpan now, TargetEnd how, string reason, bool wasConnected, IRandom random)
    {
        State = TargetState.Waiting;
        LastError = reason;
        if (how != TargetEnd.Failed)
        {
            TryAfter = null;
            _interval = MaxInterval;
        }
        else
        {
            Retry(now, wasConnected && TryAfter is TimeSpan due ? now - due : TimeSpan.Zero, random);
        }
    }

    private void Retry(TimeSpan now, TimeSpan lived, IRandom random)
    {
        if (lived > EagerAfter)
        {
            _eagerTries = EagerTries;
            _steadyUntil = now + SteadyFor;
            _interval = InitialInterval;
            Failures = 0;
        }
        else
        {
            Failures = Math.Min(Failures + 1, MaxFailures);
            _eagerTries = Math.Max(0, _eagerTries - 1);
        }

        if (lived > ResetAfter)
        {
            TryNow(now);
        }
        else if (_eagerTries > 0)
        {
            TryAfter = now + Spread(EagerInterval, random);
        }
        else
        {
            TryLater(now, random);
        }
    }

    /// <summary>Asking for an address costs little, and nothing goes before it is known: the pauses stay short.</summary>
    internal void NotFound(TimeSpan now, string reason, IRandom random)
    {
        LastError = reason;
        State = TargetState.Waiting;
        _interval = Min(_interval, MaxLookUpInterval);
        TryLater(now, random);
    }

    private static TimeSpan Spread(TimeSpan interval, IRandom random) => (interval / 2) + (random.NextDouble() * interval);

    private void TryLater(TimeSpan now, IRandom random)
    {
        TryAfter = now + Spread(_interval, random);
        _interval = now < _steadyUntil ? InitialInterval : Min(_interval * 1.5, MaxInterval);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
