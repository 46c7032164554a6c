using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Core.Overlay.Datapath;

/// <summary>
/// Watches whether one neighbour is reached over VXLAN, for the life of one connection. It never fails for good: a path
/// that is silent is on hold, user space carries the frames, and the next heartbeat brings it back.
/// </summary>
/// <remarks>
/// docs/wire/vxlan.md §2. An original peer is believed to hear us once it said so; one of ours says so in every
/// heartbeat, so that a way that is cut in one direction only is noticed, and heartbeats are more frequent. One thread,
/// no clock.
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

    private const byte AcknowledgedTag = 0;

    private readonly int _frameLength = FastHeartbeat.LengthFor(mtuBytes);
    private bool _confirmed;
    private bool _heardOnce;
    private bool _established;
    private bool _held;
    private bool _lingers;
    private bool _mutual;
    private bool _unheard; // the other end says that nothing of ours arrives
    private TimeSpan _answeredAt = -EagerInterval;
    private TimeSpan _sendAt;
    private TimeSpan _silentAt;

    /// <summary>When <see cref="OnDeadline"/> is wanted; null before the connection is confirmed.</summary>
    public TimeSpan? NextDeadline => !_confirmed ? null : _held || _silentAt > _sendAt ? _sendAt : _silentAt;

    /// <summary>Where the other end is.</summary>
    public Ipv4Address Remote { get; private set; } = remote;

    public bool IsEstablished => _established;

    public bool IsHeld => _held;

    private TimeSpan Patience => _mutual && !_lingers ? MutualTimeout : Timeout;

    /// <summary>The connection is registered.</summary>
    /// <param name="now">The time.</param>
    /// <param name="presumed">Frames go by this path already, so it is not believed for long.</param>
    /// <param name="effects">Takes what is to be done.</param>
    public void OnConfirm(TimeSpan now, bool presumed, ICollection<FastForwarderEffect> effects)
    {
        _confirmed = true;
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

        if (from != Remote)
        {
            Remote = from;
            effects.Add(new FastForwarderEffect.RemoteMoved(from));
        }

        Listen(now, hearing, effects);
        _silentAt = now + Patience;
        if (!_heardOnce)
        {
            _heardOnce = true;
            effects.Add(new FastForwarderEffect.Acknowledge());
        }

        Weigh(effects);
    }

    /// <summary>A control message; unknown tags are ignored.</summary>
    public void OnControl(TimeSpan now, byte tag, ICollection<FastForwarderEffect> effects)
    {
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
    public void OnDeadline(TimeSpan now, ICollection<FastForwarderEffect> effects)
    {
        if (!_confirmed)
        {
            return;
        }

        Weigh(effects, silent: now >= _silentAt);
        if (now >= _sendAt)
        {
            Send(now, effects);
        }
    }

    private void Listen(TimeSpan now, Hearing hearing, ICollection<FastForwarderEffect> effects)
    {
        if (hearing == Hearing.Unsaid)
        {
            return;
        }

        if (!_mutual)
        {
            _mutual = true;
            _sendAt = TimeSpan.FromTicks(Math.Min(_sendAt.Ticks, (now + MutualInterval).Ticks));
        }

        // A heartbeat that was under way when the acknowledgement overtook it tells of a time that has passed.
        bool unheard = hearing == Hearing.NotHeard && now >= _answeredAt + EagerInterval;
        if (_unheard && !unheard && _held)
        {
            Send(now, effects); // tell the good news at once
        }

        _unheard = unheard;
    }

    private void Weigh(ICollection<FastForwarderEffect> effects, bool silent = false)
    {
        // Before it ever worked, "not heard" is what everybody says first.
        bool hold = silent || (_established && _unheard);
        if (hold != _held && (silent || _heardOnce))
        {
            _held = hold;
            effects.Add(new FastForwarderEffect.Hold(hold));
        }
    }

    private void Send(TimeSpan now, ICollection<FastForwarderEffect> effects)
    {
        _sendAt = now + Every();
        bool hears = _heardOnce && now < _silentAt;
        effects.Add(new FastForwarderEffect.SendHeartbeat(hears ? Hearing.Heard : Hearing.NotHeard));
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
