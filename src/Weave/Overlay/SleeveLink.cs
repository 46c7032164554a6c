using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Linux.Sockets;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Overlay;

/// <summary>
/// Sleeve towards one neighbour: the shell round <see cref="SleeveForwarder"/>. The machine is guarded by a lock that only
/// heartbeats, tests and timers take; frames use <see cref="Path"/> and <see cref="Cipher"/> and never wait for it.
/// </summary>
internal sealed class SleeveLink : ISubForwarder
{
    private const int MaxTestsPerSecond = 100;

    /// <summary>
    /// After the kernel would not cut a message for this neighbour up. A try that fails costs one system call; a neighbour
    /// that is never tried again costs most of its throughput.
    /// </summary>
    private static readonly TimeSpan SegmentAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SleeveOverlay _overlay;
    private readonly OverlayConnection _connection;
    private readonly ISubForwarderEvents _events;
    private readonly SleeveForwarder _machine;
    private readonly Ipv4Address _connectedFrom;
    private readonly ITimer _timer;
    private readonly Queue<SleeveEffect> _work = new();
    private readonly List<SleeveEffect> _effects = [];
    private volatile SleevePath? _path;
    private long _lastHeardTicks;
    private long _oneByOneUntil;
    private long _testsSecond;
    private int _testsAnswered;
    private int _loggedMtu;
    private bool _stopped;

    internal SleeveLink(SleeveOverlay overlay, OverlayConnection connection, SleeveCipher cipher, ISubForwarderEvents events)
    {
        _overlay = overlay;
        _connection = connection;
        _events = events;
        Cipher = cipher;
        UnderlayEndpoint far = ToEndpoint(connection.RemoteAddress);
        _connectedFrom = far.Address;
        _machine = new SleeveForwarder(connection.Uid, connection.Outbound ? far : null, cipher.OverheadBytes);
        _timer = overlay.Time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Publish();
    }

    internal PeerName Self => _connection.Self;

    internal PeerName Remote => _connection.Remote;

    internal ConnectionId Connection => _connection.Id;

    internal SleeveCipher Cipher { get; }

    internal LinkTraffic Traffic { get; } = new();

    /// <summary>
    /// Whether a datagram from there may be this neighbour's. One that is sealed proves that by itself; in the clear anybody can
    /// write a name, so it has to come from where the neighbour is, or show the number of this connection, which only its two
    /// ends know: that is how a neighbour whose address changes is found again. Before the first heartbeat it is where its
    /// control connection comes from, so that nothing is lost when a connection is replaced.
    /// </summary>
    internal bool MayBeFrom(UnderlayEndpoint source, Span<byte> frames)
    {
        SleevePath? path = _path;
        bool known = path is null ? source.Address == _connectedFrom : source == path.Source || source == path.Remote;
        return Cipher.Name.Length > 0 || known || IsHeartbeat(frames);
    }

    private bool IsHeartbeat(Span<byte> frames) =>
        SleeveFrame.TryRead(ref frames, out SleeveFrame frame) && frames.IsEmpty && frame.Bytes.Length == SpecialFrame.HeartbeatSize
        && SpecialFrame.Is(frame.Bytes) && SpecialFrame.ReadHeartbeat(frame.Bytes) == _connection.Uid;

    /// <summary>Null as long as nobody knows where the neighbour is.</summary>
    internal SleevePath? Path => _path;

    public TimeSpan Silence => _overlay.Now - new TimeSpan(Volatile.Read(ref _lastHeardTicks));

    public OverlayStatus Status
    {
        get
        {
            SleevePath? path = _path;
            return new OverlayStatus("sleeve", path?.MtuBytes ?? PathMtuSearch.UnknownMtu, Cipher.Name.Length > 0, Cipher.Name)
            {
                Traffic = new OverlayTraffic(Traffic.SentBytes, Traffic.ReceivedBytes, Traffic.Dropped),
            };
        }
    }

    public void Confirm()
    {
        _overlay.Register(this);
        Run(now => _machine.OnConfirmed(now, _effects));
    }

    public void Control(byte tag, ReadOnlySpan<byte> payload)
    {
        byte[] copy = payload.ToArray();
        Run(now => _machine.OnControl(now, tag, copy, _effects));
    }

    public void Carry(bool carries) => _overlay.Carry(this, carries);

    public void Linger() => Run(_ => _machine.OnLinger());

    public void Stop()
    {
        _overlay.Unregister(this);
        lock (_gate)
        {
            _stopped = true;
            _timer.Dispose();
        }
    }

    /// <summary>Authentic traffic came in.</summary>
    internal void OnHeard(TimeSpan now) => Volatile.Write(ref _lastHeardTicks, now.Ticks);

    /// <summary>A special frame of this neighbour for us.</summary>
    internal void OnSpecial(ReadOnlySpan<byte> frame, UnderlayEndpoint source)
    {
        switch (frame.Length)
        {
            case SpecialFrame.HeartbeatSize:
                ulong uid = SpecialFrame.ReadHeartbeat(frame);
                Run(now => _machine.OnHeartbeat(now, uid, source, _effects));
                break;
            case SpecialFrame.FragmentationTestSize:
                if (!frame.ContainsAnyExcept((byte)0) && MayAnswerTest())
                {
                    Run(_ => SleeveForwarder.OnFragmentationTest(_effects));
                }

                break;
            default:
                if (MayAnswerTest())
                {
                    int mtu = SpecialFrame.MtuProvedBy(frame.Length);
                    Run(_ => SleeveForwarder.OnMtuTest(mtu, _effects));
                }

                break;
        }
    }

    /// <summary>
    /// Each test is answered over TCP, so without a key a stranger could fill the control connection: only so many a
    /// second are. Called by the receiving thread alone.
    /// </summary>
    private bool MayAnswerTest()
    {
        long second = (long)_overlay.Now.TotalSeconds;
        if (second != _testsSecond)
        {
            _testsSecond = second;
            _testsAnswered = 0;
        }

        return ++_testsAnswered <= MaxTestsPerSecond;
    }

    /// <summary>The kernel refused a datagram because of its size.</summary>
    internal void OnTooBig()
    {
        SleevePath? path = _path;
        if (path is not null)
        {
            int underlayMtu = _overlay.Channels.Probe.PathMtu(path.Remote.Address, path.Remote.Port);
            Run(now => _machine.OnTooBig(now, underlayMtu, _effects));
        }
    }

    /// <summary>Datagrams for this neighbour may be given to the kernel together, to be cut up there.</summary>
    internal bool MaySegment
    {
        get
        {
            long until = Volatile.Read(ref _oneByOneUntil);
            if (until == 0)
            {
                return true;
            }

            bool over = _overlay.Now.Ticks >= until;
            if (over)
            {
                Volatile.Write(ref _oneByOneUntil, 0);
            }

            return over;
        }
    }

    /// <summary>The kernel would not cut a message up.</summary>
    internal void OnNotSegmented() => Volatile.Write(ref _oneByOneUntil, (_overlay.Now + SegmentAgainAfter).Ticks);

    private void OnTimer() => Run(now =>
    {
        Cipher.Rekey(now);
        if (Cipher.IsExhausted)
        {
            _events.Failed("all keys of this connection are used up");
        }

        _machine.OnDeadline(now, new TimeSpan(Volatile.Read(ref _lastHeardTicks)), _effects);
    });

    private void Run(Action<TimeSpan> step)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            step(_overlay.Now);
            Publish();
            PerformAll();
            Publish();
            Rearm();
        }
    }

    private void PerformAll()
    {
        Collect();
        while (_work.TryDequeue(out SleeveEffect? effect))
        {
            Perform(effect);
            Collect();
        }
    }

    private void Collect()
    {
        _effects.ForEach(_work.Enqueue);
        _effects.Clear();
    }

    private void Perform(SleeveEffect effect)
    {
        switch (effect)
        {
            case SleeveEffect.SendHeartbeat:
                SendSpecial(SpecialFrame.HeartbeatSize, dontFragment: true, heartbeat: true);
                break;
            case SleeveEffect.SendZeros zeros:
                SendSpecial(zeros.FrameLength, zeros.DontFragment, heartbeat: false);
                break;
            case SleeveEffect.SendControl control:
                _events.SendControl(control.Tag, control.Value is ushort value ? [(byte)(value >> 8), (byte)value] : []);
                break;
            case SleeveEffect.QueryPathMtu:
                int hint = _overlay.Channels.Probe.PathMtu(_machine.Remote!.Value.Address, _machine.Remote.Value.Port);
                _machine.OnPathMtuHint(_overlay.Now, hint, _effects);
                break;
            case SleeveEffect.Established:
                _events.Established();
                break;
            case SleeveEffect.Failed failed:
                _events.Failed(failed.Reason);
                break;
            case SleeveEffect.Moved moved:
                _overlay.Logger.Moved(Remote, moved.To);
                break;
            case SleeveEffect.MtuSettled settled:
                LogMtu(settled.MtuBytes);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void LogMtu(int mtuBytes)
    {
        if (mtuBytes != _loggedMtu)
        {
            _loggedMtu = mtuBytes;
            _overlay.Logger.MtuVerified(Remote, mtuBytes);
        }
    }

    /// <summary>Rare and small in number, so a buffer of its own each time costs nothing that matters.</summary>
    private void SendSpecial(int frameLength, bool dontFragment, bool heartbeat)
    {
        if (_machine.Remote is not UnderlayEndpoint remote)
        {
            return;
        }

        byte[] datagram = new byte[Cipher.HeaderSize + SleeveFrame.HeaderSize + frameLength];
        _connection.Self.Write(datagram);
        Span<byte> frame = datagram.AsSpan(Cipher.HeaderSize);
        SleeveFrame.WriteHeader(frame, _connection.Self, Remote, frameLength);
        if (heartbeat)
        {
            SpecialFrame.WriteHeartbeat(frame[SleeveFrame.HeaderSize..], _connection.Uid);
        }

        Cipher.Seal(datagram, dontFragment);
        if (_overlay.SendControl(datagram, remote, dontFragment) == SendOutcome.TooBig && dontFragment)
        {
            _machine.OnTooBig(_overlay.Now, _overlay.Channels.Probe.PathMtu(remote.Address, remote.Port), _effects);
        }
    }

    private void Publish()
    {
        if (_machine.Remote is UnderlayEndpoint remote)
        {
            SleevePath path = new(remote, _machine.Source ?? remote, _machine.Mtu, Cipher.OverheadBytes, _machine.StackFragments);
            if (path != _path)
            {
                _path = path;
            }
        }
    }

    private void Rearm()
    {
        TimeSpan due = _machine.NextDeadline is TimeSpan deadline ? deadline - _overlay.Now : Timeout.InfiniteTimeSpan;
        if (_machine.NextDeadline is not null && due < TimeSpan.Zero)
        {
            due = TimeSpan.Zero;
        }

        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private static UnderlayEndpoint ToEndpoint(System.Net.IPEndPoint address)
    {
        Span<byte> raw = stackalloc byte[Ipv4Address.Size];
        address.Address.MapToIPv4().TryWriteBytes(raw, out _);
        return new UnderlayEndpoint(Ipv4Address.Read(raw), (ushort)address.Port);
    }
}
