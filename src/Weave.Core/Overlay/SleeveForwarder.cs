namespace Weave.Core.Overlay;

/// <summary>
/// The life of sleeve towards one neighbour: find it, be found, prove what the path carries, notice when it is gone.
/// </summary>
/// <remarks>
/// docs/wire/sleeve.md §5. 1 confirmed: heartbeats every 0.5 s. 2 a heartbeat came: its source is where the neighbour
/// is; acknowledge once. 3 acknowledged: established; heartbeats every 10 s; test fragmentation and path MTU.
/// 4 60 s of silence: failed. A machine: one thread at a time, no clock.
/// </remarks>
public sealed class SleeveForwarder
{
    // Protocol 3.2.
    private const byte EstablishedTag = 1;
    private const byte FragmentationTestTag = 2;
    private const byte MtuTestTag = 3;
    private static readonly TimeSpan FastHeartbeat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SlowHeartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FragmentationTestEvery = TimeSpan.FromMinutes(5);

    // Ours: a deadline, whichever, that is noticed this late says that we were starved, not that the neighbour is gone. It
    // has so long then to show that it is there.
    private static readonly TimeSpan StarvedAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FreshPeriod = 2 * SlowHeartbeat;

    // Ours: an address that was dialled is where the neighbour is, whatever it sends from, if its acknowledgement comes in this time.
    private static readonly TimeSpan DialledIsTriedFor = TimeSpan.FromSeconds(2);

    private readonly ulong _uid;
    private readonly PathMtuSearch _search;
    private readonly FragmentWatch _fragments = new();
    private TimeSpan _confirmedAt;
    private int _deviceMtu;
    private bool _unbounded;
    private TimeSpan? _nextHeartbeat;
    private TimeSpan? _silenceEnds;
    private TimeSpan? _nextFragmentationTest;
    private TimeSpan _interval = FastHeartbeat;
    private bool _confirmed;
    private bool _greeted;
    private bool _acknowledged;

    /// <param name="connectionUid">In every heartbeat of both sides.</param>
    /// <param name="remote">Where the neighbour is, if we dialled; null until a heartbeat tells.</param>
    /// <param name="overheadBytes">See <see cref="PathMtuSearch"/>.</param>
    public SleeveForwarder(ulong connectionUid, UnderlayEndpoint? remote, int overheadBytes)
    {
        _uid = connectionUid;
        Remote = remote;
        _search = new PathMtuSearch(overheadBytes);
    }

    /// <summary>Where the neighbour is; frames cannot be sent before it is known.</summary>
    public UnderlayEndpoint? Remote { get; private set; }

    /// <summary>
    /// Where its last heartbeat came from. Mostly the same: but a neighbour that is reached at an address of its loopback
    /// device, or through a NAT, may send from one that leads nowhere.
    /// </summary>
    public UnderlayEndpoint? Source { get; private set; }

    /// <summary>Largest overlay IP packet that passes undivided.</summary>
    public int Mtu => _search.Mtu;

    /// <summary>Fragments of the underlay arrive, so frames of any size may be sent without cutting them.</summary>
    public bool StackFragments { get; private set; }

    public bool IsEstablished { get; private set; }

    public bool HasFailed { get; private set; }

    /// <summary>When <see cref="OnDeadline"/> is wanted; null when there is nothing to wait for.</summary>
    public TimeSpan? NextDeadline
    {
        get
        {
            if (HasFailed)
            {
                return null;
            }

            TimeSpan? next = Earlier(_nextHeartbeat, _silenceEnds);
            return Earlier(Earlier(next, _nextFragmentationTest), Earlier(_search.NextDeadline, _fragments.NextDeadline));
        }
    }

    /// <summary>The connection is registered.</summary>
    public void OnConfirmed(TimeSpan now, ICollection<SleeveEffect> effects)
    {
        if (_confirmed)
        {
            return;
        }

        _confirmed = true;
        _confirmedAt = now;
        _silenceEnds = now + SilenceLimit;
        if (Remote is not null)
        {
            Greet(now, effects);
        }
    }

    /// <summary>A heartbeat that proved authentic. One of another connection is ignored.</summary>
    public void OnHeartbeat(TimeSpan now, ulong connectionUid, UnderlayEndpoint source, ICollection<SleeveEffect> effects)
    {
        if (connectionUid != _uid || HasFailed)
        {
            return;
        }

        if (Remote is null)
        {
            Remote = source;
            if (_confirmed)
            {
                Greet(now, effects);
            }
        }
        else if (Remote != source && IsToBeFollowed(now, source))
        {
            effects.Add(new SleeveEffect.Moved(Remote.Value, source));
            Remote = source;
        }

        Source = source;

        _acknowledged = Acknowledge(effects);
        if (_silenceEnds is not null)
        {
            _silenceEnds = now + SilenceLimit;
        }
    }

    /// <summary>
    /// A neighbour whose source address changes has moved. One that never sent from the address that was dialled has not, as
    /// long as it hears us there.
    /// </summary>
    private bool IsToBeFollowed(TimeSpan now, UnderlayEndpoint source) =>
        (Source is not null && Source != source) || (!IsEstablished && _confirmed && now >= _confirmedAt + DialledIsTriedFor);

    /// <summary>A big frame of zeros arrived, so the network does fragment.</summary>
    public static void OnFragmentationTest(ICollection<SleeveEffect> effects) =>
        effects.Add(new SleeveEffect.SendControl(FragmentationTestTag, null));

    /// <summary>A frame of zeros arrived whole.</summary>
    public static void OnMtuTest(int mtu, ICollection<SleeveEffect> effects) =>
        effects.Add(new SleeveEffect.SendControl(MtuTestTag, (ushort)mtu));

    /// <summary>A control message from the neighbour. Nonsense is ignored.</summary>
    public void OnControl(TimeSpan now, byte tag, ReadOnlySpan<byte> payload, ICollection<SleeveEffect> effects)
    {
        switch (tag)
        {
            // Without an address we have sent no heartbeat that could have been answered.
            case EstablishedTag when Remote is not null && _greeted && !IsEstablished && !HasFailed:
                Establish(now, effects);
                break;
            case FragmentationTestTag when IsEstablished:
                StackFragments = true;
                break;
            case MtuTestTag when payload.Length >= sizeof(ushort):
                OnTestAnswered(now, (payload[0] << 8) | payload[1], effects);
                break;
        }
    }

    private void OnTestAnswered(TimeSpan now, int size, ICollection<SleeveEffect> effects)
    {
        _unbounded |= size == Wire.Sleeve.SpecialFrame.DiscoverySize - Wire.Sleeve.SpecialFrame.HeaderSize;
        if (!_fragments.OnAcknowledged(size))
        {
            Perform(_search.OnAcknowledged(now, size), effects);
        }
        else if (!StackFragments)
        {
            effects.Add(new SleeveEffect.SendZeros(Wire.Sleeve.SpecialFrame.FragmentationTestSize, DontFragment: false));
        }
    }

    /// <summary>The control connection, by which tests of the path are answered, is over: heartbeats go on, tests do not.</summary>
    public void OnLinger()
    {
        _search.End();
        _fragments.End();
        _nextFragmentationTest = null;
    }

    /// <summary>The kernel refused a datagram on the channel that must not be fragmented, and says what the path takes.</summary>
    public void OnTooBig(TimeSpan now, int underlayMtu, ICollection<SleeveEffect> effects)
    {
        _deviceMtu = underlayMtu;
        Perform(_search.OnTooBig(now, underlayMtu), effects);
    }

    /// <summary>The kernel was told, by routers that may lie, what the path takes.</summary>
    public void OnPathMtuHint(TimeSpan now, int underlayMtu, ICollection<SleeveEffect> effects) =>
        Perform(_search.OnHint(now, underlayMtu), effects);

    /// <summary>Time passed.</summary>
    /// <param name="now">The present.</param>
    /// <param name="lastHeard">When authentic traffic of any kind last came from the neighbour: a sign of life as good as a heartbeat.</param>
    /// <param name="effects">What to do.</param>
    public void OnDeadline(TimeSpan now, TimeSpan lastHeard, ICollection<SleeveEffect> effects)
    {
        if (HasFailed)
        {
            return;
        }

        if (now > NextDeadline + StarvedAfter && _silenceEnds < now + FreshPeriod)
        {
            _silenceEnds = now + FreshPeriod;
        }

        if (now >= _silenceEnds && IsSilent(now, lastHeard))
        {
            HasFailed = true;
            effects.Add(new SleeveEffect.Failed("timed out waiting for UDP heartbeat"));
            return;
        }

        if (now >= _nextHeartbeat)
        {
            BeatAndLook(now, effects);
        }

        if (now >= _nextFragmentationTest)
        {
            TestPath(now, effects);
        }

        Perform(_search.OnDeadline(now), effects);
        if (_fragments.OnDeadline(now, out bool lost))
        {
            SendFragmentTest(effects);
        }

        StackFragments &= !lost;
    }

    private bool IsSilent(TimeSpan now, TimeSpan lastHeard)
    {
        if (lastHeard + SilenceLimit <= now)
        {
            return true;
        }

        _silenceEnds = lastHeard + SilenceLimit;
        return false;
    }

    private void Greet(TimeSpan now, ICollection<SleeveEffect> effects)
    {
        _greeted = true;
        Beat(now, effects);
    }

    private void Beat(TimeSpan now, ICollection<SleeveEffect> effects)
    {
        _nextHeartbeat = now + _interval;
        effects.Add(SleeveEffect.SendHeartbeat.Instance);
    }

    private void BeatAndLook(TimeSpan now, ICollection<SleeveEffect> effects)
    {
        Beat(now, effects);
        if (IsEstablished)
        {
            effects.Add(SleeveEffect.QueryPathMtu.Instance);
            Perform(_search.Verify(now), effects);
            WatchFragments(now, effects);
            if (_search.Mtu == PathMtuSearch.UnknownMtu && !_unbounded)
            {
                Discover(effects); // there was no way when it was asked for
            }
        }
    }

    private void WatchFragments(TimeSpan now, ICollection<SleeveEffect> effects)
    {
        if (_fragments.Start(now, _deviceMtu))
        {
            SendFragmentTest(effects);
        }
    }

    private void SendFragmentTest(ICollection<SleeveEffect> effects) =>
        effects.Add(new SleeveEffect.SendZeros(_fragments.Size + Wire.Sleeve.SpecialFrame.HeaderSize, DontFragment: false));

    /// <summary>Too big for the device: the refusal tells where the search starts.</summary>
    private static void Discover(ICollection<SleeveEffect> effects) =>
        effects.Add(new SleeveEffect.SendZeros(Wire.Sleeve.SpecialFrame.DiscoverySize, DontFragment: true));

    /// <summary>
    /// Acknowledges the first heartbeat, but not before we sent one: an original peer that accepted the connection and
    /// does not know our address yet would give up the overlay.
    /// </summary>
    private bool Acknowledge(ICollection<SleeveEffect> effects)
    {
        if (!_acknowledged && _greeted)
        {
            effects.Add(new SleeveEffect.SendControl(EstablishedTag, null));
        }

        return _acknowledged || _greeted;
    }

    private void Establish(TimeSpan now, ICollection<SleeveEffect> effects)
    {
        IsEstablished = true;
        _interval = SlowHeartbeat;
        _nextHeartbeat = now + _interval;
        effects.Add(SleeveEffect.Established.Instance);
        TestPath(now, effects);
    }

    private void TestPath(TimeSpan now, ICollection<SleeveEffect> effects)
    {
        StackFragments = false;
        _nextFragmentationTest = now + FragmentationTestEvery;
        effects.Add(new SleeveEffect.SendZeros(Wire.Sleeve.SpecialFrame.FragmentationTestSize, DontFragment: false));
        Discover(effects);
    }

    private void Perform(MtuStep step, ICollection<SleeveEffect> effects)
    {
        switch (step)
        {
            case MtuStep.SendTest:
                SendTest(_search.Candidate, effects);
                break;
            case MtuStep.SendTestAndWitness:
                SendTest(_search.Candidate, effects);
                SendTest(_search.Witness, effects);
                break;
            case MtuStep.Settled:
                effects.Add(new SleeveEffect.MtuSettled(_search.Mtu));
                break;
        }
    }

    private static void SendTest(int mtu, ICollection<SleeveEffect> effects) =>
        effects.Add(new SleeveEffect.SendZeros(mtu + Wire.Sleeve.SpecialFrame.HeaderSize, DontFragment: true));

    private static TimeSpan? Earlier(TimeSpan? left, TimeSpan? right) =>
        left is null ? right : right is null || left < right ? left : right;
}
