using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Core.Overlay.Datapath;

/// <summary>
/// Watches whether one neighbour is reached over VXLAN, for the life of one connection. It never fails for good: a path
/// that is silent is on hold, user space carries the frames, and the next heartbeat brings it back.
/// </summary>
/// <remarks>
/// docs/wire/vxlan.md §2. An original peer is believed to hear us once it said so; one of ours says so in every
/// heartbeat, so that a way that is cut in one direction only is noticed, and heartbeats are more frequent. Between ours,
/// silence is held against the path only when the other end's daemon speaks on another way meanwhile: a daemon that is
/// stopped or starved says nothing anywhere, its kernel forwards, and user space would carry nothing. One thread, no clock.
/// </remarks>
public sealed class FastForwarder(ulong connectionUid, int mtuBytes, Ipv4Address remote)
{
    /// <summary>Until the path is known to work (protocol 3.3).</summary>
    public static readonly TimeSpan EagerInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Towards an original peer, once it works or is on hold (protocol 3.3).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Without a heartbeat from an original peer for this long the path is on hold (protocol 3.3).</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Ours: between peers that both say what they hear.</summary>
    public static readonly TimeSpan MutualInterval = TimeSpan.FromSeconds(2);

    /// <summary>Ours: between peers that both say what they hear.</summary>
    public static readonly TimeSpan MutualTimeout = TimeSpan.FromSeconds(10);

    // Ours: a deadline that is noticed this late says that we were starved; what was sent to us meanwhile is still unread.
    private static readonly TimeSpan StarvedAfter = TimeSpan.FromSeconds(2);

    // Ours: what was heard elsewhere counts from here on, because a daemon that beats there would have beaten here too.
    private static readonly TimeSpan MissedBeats = 2 * MutualInterval;

    // Ours: how long one of two addresses is tried before the other is.
    private static readonly TimeSpan TriedFor = TimeSpan.FromSeconds(2);

    private const byte AcknowledgedTag = 0;

    /// <summary>Ours: the other end has no device at present, so nothing that we send this way arrives. Original peers ignore it.</summary>
    public const byte NoDeviceTag = 2;

    private readonly int _frameLength = FastHeartbeat.LengthFor(mtuBytes);
    private bool _confirmed;
    private bool _heardOnce;
    private bool _established;
    private bool _held;
    private bool _lingers;
    private bool _mutual;
    private bool _unheard; // the other end says that nothing of ours arrives
    private bool _silent; // nothing of the other end's arrives, and it is not for want of a daemon there
    private bool _reprieved;
    private Ipv4Address _given = remote; // by the control connection, or the last move
    private TimeSpan _triedAt;
    private TimeSpan _heardAt;
    private TimeSpan _answeredAt = -EagerInterval;
    private TimeSpan _sendAt;
    private TimeSpan _silentAt;

    /// <summary>When <see cref="OnDeadline"/> is wanted; null before the connection is confirmed.</summary>
    public TimeSpan? NextDeadline => !_confirmed ? null : _silent || _silentAt > _sendAt ? _sendAt : _silentAt;

    /// <summary>Where the other end is.</summary>
    public Ipv4Address Remote { get; private set; } = remote;

    /// <summary>
    /// Where its heartbeats come from; null before the first. Mostly the same, but a peer that is reached at an address of its
    /// loopback device sends from another one, which may lead nowhere.
    /// </summary>
    public Ipv4Address? Source { get; private set; }

    public bool IsEstablished => _established;

    public bool IsHeld => _held;

    /// <summary>When the other end last said something by this path; the beginning of time if it never did.</summary>
    public TimeSpan HeardAt => _heardAt;

    private TimeSpan Patience => _mutual && !_lingers ? MutualTimeout : Timeout;

    /// <summary>The connection is registered.</summary>
    /// <param name="now">The time.</param>
    /// <param name="presumed">Frames go by this path already, so it is not believed for long.</param>
    /// <param name="effects">Takes what is to be done.</param>
    public void OnConfirm(TimeSpan now, bool presumed, ICollection<FastForwarderEffect> effects)
    {
        _confirmed = true;
        _triedAt = now;
        _silentAt = now + (presumed ? MutualTimeout : Patience);
        Send(now, effects);
    }

    /// <summary>
    /// The control connection ended: the other daemon may be away, and its kernel forwards all the same. Silence tells
    /// less now, and there is nobody who would answer on another way either.
    /// </summary>
    public void OnLinger(TimeSpan now)
    {
        if (_confirmed && !_held)
        {
            _lingers = true;
            _silentAt = now + Timeout;
        }
    }

    /// <summary>A heartbeat frame came in; what does not belong to this connection or was cut is ignored.</summary>
    /// <param name="now">The time.</param>
    /// <param name="uid">The connection that it names.</param>
    /// <param name="statedLength">What it says of its length.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="hearing">What it says of our heartbeats.</param>
    /// <param name="from">Outer source address.</param>
    /// <param name="effects">Takes what is to be done.</param>
    public void OnHeartbeat(
        TimeSpan now, ulong uid, int statedLength, int length, Hearing hearing, Ipv4Address from, ICollection<FastForwarderEffect> effects)
    {
        if (!_confirmed || uid != connectionUid || statedLength != length)
        {
            return;
        }

        Locate(now, from, hearing, effects);
        bool goodNews = Listen(now, hearing);
        _heardAt = now;
        _silentAt = now + Patience;
        _silent = false;
        _reprieved = false;
        if (!_heardOnce)
        {
            _heardOnce = true;
            effects.Add(new FastForwarderEffect.Acknowledge());
        }

        Weigh(effects);
        if (goodNews)
        {
            Send(now, effects);
        }
    }

    /// <summary>A control message; unknown tags are ignored.</summary>
    public void OnControl(TimeSpan now, byte tag, ICollection<FastForwarderEffect> effects)
    {
        if (tag == NoDeviceTag && _confirmed)
        {
            _silent = true; // until a heartbeat says otherwise
            Weigh(effects);
            return;
        }

        if (tag != AcknowledgedTag || _established)
        {
            return;
        }

        _established = true;
        _unheard = false;
        _answeredAt = now;
        _sendAt = now + Every();
        effects.Add(new FastForwarderEffect.Established());
        Weigh(effects);
    }

    /// <summary>Time passed.</summary>
    /// <param name="now">The time.</param>
    /// <param name="heardElsewhere">When the other end's daemon was last heard on another way.</param>
    /// <param name="effects">Takes what is to be done.</param>
    public void OnDeadline(TimeSpan now, TimeSpan heardElsewhere, ICollection<FastForwarderEffect> effects)
    {
        if (!_confirmed)
        {
            return;
        }

        if (!_silent && now >= _silentAt)
        {
            JudgeSilence(now, heardElsewhere);
        }

        Weigh(effects);
        if (now >= _sendAt)
        {
            Send(now, effects);
        }
    }

    /// <summary>
    /// An end whose source address changes has moved. One that never sent from the address that we were given has not, as long
    /// as it hears us there; else each of the two is tried in turn.
    /// </summary>
    private void Locate(TimeSpan now, Ipv4Address from, Hearing hearing, ICollection<FastForwarderEffect> effects)
    {
        bool isNews = Source != from;
        bool moved = isNews && Source is not null;
        bool hears = hearing == Hearing.Heard || (hearing == Hearing.Unsaid && _established);
        Source = from;
        Ipv4Address target = moved ? from : hears || now < _triedAt + TriedFor ? Remote : Remote == _given ? from : _given;
        if (moved)
        {
            _given = from;
        }

        if (target != Remote)
        {
            _triedAt = now;
            Remote = target;
            effects.Add(new FastForwarderEffect.RemoteMoved(target));
        }
        else if (isNews && from != Remote)
        {
            effects.Add(new FastForwarderEffect.SourceFound(from));
        }
    }

    private void JudgeSilence(TimeSpan now, TimeSpan heardElsewhere)
    {
        if (!_reprieved && now > _silentAt + StarvedAfter)
        {
            _reprieved = true;
            _silentAt = now + MissedBeats;
            return;
        }

        bool alone = _mutual && !_lingers && _heardOnce;
        _silent = !alone || now >= _heardAt + Timeout || heardElsewhere >= _heardAt + MissedBeats;
        if (!_silent)
        {
            _silentAt = TimeSpan.FromTicks(Math.Min((now + MutualInterval).Ticks, (_heardAt + Timeout).Ticks));
        }
    }

    /// <returns>The other end hears us again, and may not know that we hear it.</returns>
    private bool Listen(TimeSpan now, Hearing hearing)
    {
        if (hearing == Hearing.Unsaid)
        {
            return false;
        }

        if (!_mutual)
        {
            _mutual = true;
            _sendAt = TimeSpan.FromTicks(Math.Min(_sendAt.Ticks, (now + MutualInterval).Ticks));
        }

        // A heartbeat that was under way when the acknowledgement overtook it tells of a time that has passed.
        bool unheard = hearing == Hearing.NotHeard && now >= _answeredAt + EagerInterval;
        bool goodNews = _held && (_silent || (_unheard && !unheard));
        _unheard = unheard;
        return goodNews;
    }

    private void Weigh(ICollection<FastForwarderEffect> effects)
    {
        // Before it ever worked, "not heard" is what everybody says first.
        bool hold = _silent || (_established && _unheard);
        if (hold != _held && (_silent || _heardOnce))
        {
            _held = hold;
            effects.Add(new FastForwarderEffect.Hold(hold));
        }
    }

    private void Send(TimeSpan now, ICollection<FastForwarderEffect> effects)
    {
        _sendAt = now + Every();
        effects.Add(new FastForwarderEffect.SendHeartbeat(_heardOnce && !_silent ? Hearing.Heard : Hearing.NotHeard));
    }

    private TimeSpan Every() => !_established && !_held ? EagerInterval : _mutual ? MutualInterval : Interval;

    /// <summary>Writes the heartbeat of this connection.</summary>
    /// <returns>Bytes written, the length of the largest frame.</returns>
    public int WriteHeartbeat(Span<byte> buffer, Hearing hearing)
    {
        FastHeartbeat.Write(buffer[.._frameLength], connectionUid, hearing);
        return _frameLength;
    }
}
