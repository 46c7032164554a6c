namespace Weave.Core.Overlay;

/// <summary>
/// Finds the largest overlay packet that passes undivided, by sending test frames and halving the interval between
/// what arrived and what did not.
/// </summary>
/// <remarks>
/// docs/wire/sleeve.md §6. A test that is lost says something of its size only if a small one, the witness, sent behind it is
/// answered: else the path, the neighbour or the way of the answers was away, and what was known before holds. What a router
/// claims by ICMP is a hint and no more: the present size is tested first, and believed as long as it is acknowledged. Claims
/// below 576 bytes are ignored.
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

    /// <summary>What most paths take, whatever the device would: tried next when a bigger one was lost.</summary>
    private const int CommonUnderlayMtu = 1500;

    private const int TestsPerCandidate = 8;

    /// <summary>So many witnesses show that it is the size; of the size in use, only when all its tests were lost as well.</summary>
    private const int ManyWitnesses = 4;
    private const int EnoughWitnesses = 2;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(10);

    private int _first;
    private int _low;
    private int _high;
    private int _sent;
    private int _witnesses;
    private int _proved;
    private int _unfinished;
    private int _hint;
    private bool _ended;

    /// <summary>Largest overlay IP packet that passes undivided, as far as known.</summary>
    public int Mtu { get; private set; } = UnknownMtu;

    /// <summary>The overlay MTU under test; 0 when none is.</summary>
    public int Candidate { get; private set; }

    /// <summary>A size that passes if anything does; smaller than what is tested.</summary>
    public int Witness => Math.Min(LowestTested, Candidate / 2);

    /// <summary>Some size has been acknowledged by the other end, and was not lost since.</summary>
    public bool Proved => _proved != 0;

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
        _proved = Math.Min(_proved, candidate);
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
        if (underlayMtu < MinUnderlayMtu || candidate >= Mtu || Mtu == UnknownMtu || _ended)
        {
            return MtuStep.Nothing;
        }

        _hint = candidate;
        return Candidate != 0 ? MtuStep.Nothing : Start(now, Mtu);
    }

    /// <summary>Tests the present size again, or goes on with a search that was given up: a path may have become narrower without a word.</summary>
    public MtuStep Verify(TimeSpan now) => Candidate != 0 || Mtu == UnknownMtu || _ended ? MtuStep.Nothing : Start(now, Math.Max(Mtu, _unfinished));

    /// <summary>The other end got a test frame for <paramref name="mtu"/>.</summary>
    public MtuStep OnAcknowledged(TimeSpan now, int mtu)
    {
        if (Candidate == 0 || mtu == 0)
        {
            return MtuStep.Nothing;
        }

        if (mtu == Witness)
        {
            _witnesses++;
            return MtuStep.Nothing;
        }

        if (mtu == _first && mtu > Candidate)
        {
            _high = mtu + 1; // the answer was long under way: it was not the size
        }
        else if (mtu != Candidate)
        {
            return MtuStep.Nothing;
        }

        _low = mtu;
        _proved = mtu;
        _hint = 0;
        return Continue(now);
    }

    /// <summary>Time passed without an acknowledgement.</summary>
    public MtuStep OnDeadline(TimeSpan now)
    {
        if (NextDeadline is null || now < NextDeadline)
        {
            return MtuStep.Nothing;
        }

        bool all = _sent == TestsPerCandidate;
        if (_witnesses >= (all ? EnoughWitnesses : ManyWitnesses) && (all || Candidate != _proved))
        {
            return OnLost(now);
        }

        return all ? GiveUp() : Test(now);
    }

    private MtuStep OnLost(TimeSpan now)
    {
        if (_proved >= Candidate)
        {
            _proved = 0;
            _low = Math.Min(LowestTested, Candidate);
        }

        _high = Candidate;
        return Continue(now);
    }

    /// <summary>Nothing was answered, so nothing is known that was not known before; to be tried again.</summary>
    private MtuStep GiveUp()
    {
        _unfinished = _first;
        _hint = 0;
        Candidate = 0;
        NextDeadline = null;
        return MtuStep.Nothing;
    }

    private MtuStep Start(TimeSpan now, int candidate)
    {
        _first = candidate;
        _low = Math.Min(Math.Max(LowestTested, _proved), candidate);
        _high = candidate + 1;
        return Try(now, candidate);
    }

    private MtuStep Continue(TimeSpan now)
    {
        if (_low + 1 >= _high)
        {
            Candidate = 0;
            NextDeadline = null;
            _unfinished = 0;
            Mtu = _low;
            return MtuStep.Settled;
        }

        int next = IsBetween(_hint) ? _hint : IsBetween(CommonUnderlayMtu - overheadBytes) ? CommonUnderlayMtu - overheadBytes : (_low + _high) / 2;
        _hint = 0;
        // Until it is settled, frames keep to what is most likely to pass.
        Mtu = Math.Min(Mtu, Math.Max(next, _proved));
        return Try(now, next);
    }

    private bool IsBetween(int size) => size > _low && size < _high;

    private MtuStep Try(TimeSpan now, int candidate)
    {
        Candidate = candidate;
        _sent = 0;
        _witnesses = 0;
        return Test(now);
    }

    private MtuStep Test(TimeSpan now)
    {
        NextDeadline = now + (FirstWait * (1 << _sent));
        _sent++;
        return _sent == 1 ? MtuStep.SendTest : MtuStep.SendTestAndWitness;
    }
}
