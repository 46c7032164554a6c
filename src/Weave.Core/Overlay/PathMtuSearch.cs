namespace Weave.Core.Overlay;

/// <summary>
/// Finds the largest overlay packet that passes undivided, by sending test frames and halving the interval between
/// what arrived and what did not.
/// </summary>
/// <remarks>
/// docs/wire/sleeve.md §6. What a router claims by ICMP is a hint and no more: the present size is tested first, and
/// believed as long as it is acknowledged. Claims below 576 bytes are ignored.
/// </remarks>
/// <param name="overheadBytes">Underlay headers, sleeve headers and the inner Ethernet header: path MTU less this is the overlay MTU.</param>
public sealed class PathMtuSearch(int overheadBytes)
{
    /// <summary>Overlay MTU before anything is known.</summary>
    public const int UnknownMtu = 65535;

    /// <summary>What every IPv4 link can carry.</summary>
    private const int MinUnderlayMtu = 576;

    /// <summary>Protocol 3.2: taken as proved when a search starts.</summary>
    private const int LowestTested = 552;

    private const int TestsPerCandidate = 8;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(10);

    private int _low;
    private int _high;
    private int _sent;
    private int _hint;
    private bool _ended;

    /// <summary>Largest overlay IP packet that passes undivided, as far as known.</summary>
    public int Mtu { get; private set; } = UnknownMtu;

    /// <summary>The overlay MTU under test; 0 when none is.</summary>
    public int Candidate { get; private set; }

    /// <summary>Some size has been acknowledged by the other end.</summary>
    public bool Proved { get; private set; }

    public TimeSpan? NextDeadline { get; private set; }

    /// <summary>The kernel would not send without fragmenting, and says what it takes.</summary>
    public MtuStep OnTooBig(TimeSpan now, int underlayMtu)
    {
        int candidate = underlayMtu - overheadBytes;
        if (underlayMtu < MinUnderlayMtu || (Candidate != 0 && candidate >= Candidate) || (Proved && candidate == Mtu) || (_ended && candidate >= Mtu))
        {
            return MtuStep.Nothing;
        }

        Mtu = Math.Min(Mtu, candidate);
        return _ended ? MtuStep.Settled : Start(now, candidate);
    }

    /// <summary>Nothing will be acknowledged any more: what is known stays, and only a refusal of the kernel's makes it less.</summary>
    public void End()
    {
        _ended = true;
        Candidate = 0;
        NextDeadline = null;
    }

    /// <summary>A router claims that the path takes no more than <paramref name="underlayMtu"/>.</summary>
    public MtuStep OnHint(TimeSpan now, int underlayMtu)
    {
        int candidate = underlayMtu - overheadBytes;
        if (underlayMtu < MinUnderlayMtu || candidate >= Mtu || Candidate != 0 || Mtu == UnknownMtu || _ended)
        {
            return MtuStep.Nothing;
        }

        _hint = candidate;
        return Start(now, Mtu);
    }

    /// <summary>Tests the present size again: a path may have become narrower without a word.</summary>
    public MtuStep Verify(TimeSpan now) => Candidate != 0 || Mtu == UnknownMtu || _ended ? MtuStep.Nothing : Start(now, Mtu);

    /// <summary>The other end got a test frame for <paramref name="mtu"/>.</summary>
    public MtuStep OnAcknowledged(TimeSpan now, int mtu)
    {
        if (mtu != Candidate || mtu == 0)
        {
            return MtuStep.Nothing;
        }

        _low = mtu;
        _hint = 0;
        Proved = true;
        return Continue(now);
    }

    /// <summary>Time passed without an acknowledgement.</summary>
    public MtuStep OnDeadline(TimeSpan now)
    {
        if (NextDeadline is null || now < NextDeadline)
        {
            return MtuStep.Nothing;
        }

        if (_sent < TestsPerCandidate)
        {
            return Test(now);
        }

        _high = Candidate;
        return Continue(now);
    }

    private MtuStep Start(TimeSpan now, int candidate)
    {
        _low = Math.Min(LowestTested, candidate);
        _high = candidate + 1;
        Candidate = candidate;
        _sent = 0;
        return Test(now);
    }

    private MtuStep Continue(TimeSpan now)
    {
        if (_low + 1 >= _high)
        {
            Candidate = 0;
            NextDeadline = null;
            Mtu = _low;
            return MtuStep.Settled;
        }

        Candidate = _hint > _low && _hint < _high ? _hint : (_low + _high) / 2;
        _hint = 0;
        _sent = 0;
        // Until it is settled, frames keep to what is most likely to pass.
        Mtu = Math.Min(Mtu, Candidate);
        return Test(now);
    }

    private MtuStep Test(TimeSpan now)
    {
        NextDeadline = now + (FirstWait * (1 << _sent));
        _sent++;
        return MtuStep.SendTest;
    }
}
