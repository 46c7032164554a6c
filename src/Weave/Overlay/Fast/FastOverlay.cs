using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Core.Overlay.Datapath;
using Weave.Daemon;
using Weave.Linux.Bpf;
using Weave.Linux.Interop;
using Weave.Overlay.Pieces;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Overlay.Fast;

/// <summary>
/// The fast datapath as a sub-overlay. The kernel forwards; this keeps its tables as routes and paths have them, and the
/// paths watched. 1. connections come and go, 2. heartbeats and time pass, 3. what changed is written as one plan.
/// </summary>
internal sealed class FastOverlay : ISubOverlay, IPieceEvents, IDisposable
{
    /// <summary>How long tables of an earlier process count for neighbours that are not back.</summary>
    private static readonly TimeSpan AdoptionGrace = TimeSpan.FromSeconds(60);

    /// <summary>After the kernel refused a change.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ControlLoop _loop;
    private readonly IFastDatapath _datapath;
    private readonly ILogger<FastOverlay> _logger;
    private readonly ushort _port;
    private readonly int _mtuBytes;
    private readonly byte[] _heartbeat;
    private readonly ITimer _timer;
    private readonly IDisposable _events;
    private readonly SortedDictionary<ulong, FastLink> _links = [];
    private readonly Dictionary<PeerName, NeighbourPath> _replaced = [];
    private RoutesSnapshot _routes = new NoRoutes();
    private DatapathSpec _applied;
    private DatapathSpec? _adopted;
    private TimeSpan? _retryAt;
    private bool _changed;
    private volatile bool _carrierSeen = true;
    private volatile bool _devicesChanged;

    public FastOverlay(ControlLoop loop, FastDatapathHolder holder, TimeProvider time, ILogger<FastOverlay> logger)
    {
        _loop = loop;
        _logger = logger;
        _datapath = holder.Datapath ?? throw new InvalidOperationException("the fast datapath is not open");
        _port = holder.Port;
        _mtuBytes = holder.MtuBytes;
        _heartbeat = new byte[FastHeartbeat.LengthFor(_mtuBytes)];
        _adopted = holder.Adopted is { } contents ? DatapathApplier.ToSpec(contents) : null;
        _applied = _adopted ?? DatapathSpec.Empty;
        _timer = time.CreateTimer(static self => ((FastOverlay)self!).Ring(), this, AdoptionGrace, Timeout.InfiniteTimeSpan);
        _loop.AtEnd(Apply);
        _events = _datapath.Listen(OnEvent);
    }

    public string Name => "fastdp";

    internal TimeSpan Now => _loop.Now.Elapsed;

    /// <summary>The routes that the tables were made from, for status.</summary>
    internal RoutesSnapshot Routes => _routes;

    /// <summary>What the tables hold, for status. A value: safe from any thread.</summary>
    internal DatapathSpec Applied => _applied;

    public void AddFeatures(IDictionary<string, string> features)
    {
        // Heartbeats say what else there is to know.
    }

    public ISubForwarder? Prepare(OverlayConnection connection, ISubForwarderEvents events, out string whyNot)
    {
        whyNot = WhyNot(connection);
        if (whyNot.Length > 0)
        {
            return null;
        }

        try
        {
            Ipv4Address address = Ipv4Address.Read(connection.RemoteAddress.Address.MapToIPv4().GetAddressBytes());
            ushort port = connection.Outbound ? (ushort)(connection.RemoteAddress.Port + 1) : _port;
            return new FastLink(this, connection, events, address, port, _datapath.DeviceForPort(port), _mtuBytes);
        }
        catch (KernelException refused)
        {
            whyNot = refused.Message;
            return null;
        }
    }

    public void RoutesChanged(RoutesSnapshot routes)
    {
        _routes = routes;
        Changed();
    }

    public void PeersForgotten(IReadOnlyList<PeerName> peers)
    {
        // Their ids left the routes, and with those went what was learned of them.
    }

    public void Dispose()
    {
        _timer.Dispose();
        _events.Dispose();
    }

    internal void Add(FastLink link)
    {
        link.Presumed = WorkedUntilNow(link.Remote, link.Path);
        _links[link.Uid] = link;
        Changed();
    }

    internal void Remove(FastLink link)
    {
        if (_links.TryGetValue(link.Uid, out FastLink? current) && current == link)
        {
            _links.Remove(link.Uid);
            if (link.Path.Carries)
            {
                _replaced[link.Remote] = link.Path; // if a new connection takes over in this very step
            }

            Changed();
        }
    }

    /// <summary>An earlier connection, or an earlier process, sent to the same place.</summary>
    private bool WorkedUntilNow(PeerName neighbour, NeighbourPath path)
    {
        IEnumerable<NeighbourPath> older = _links.Values.Where(link => link.Remote == neighbour).Select(link => link.Path);
        bool replaced = _replaced.Remove(neighbour, out NeighbourPath last);
        return (replaced ? older.Append(last) : older).Any(before => before.Carries && before.Address == path.Address && before.Device == path.Device)
            || _adopted?.Neighbours.GetValueOrDefault(path.ShortId) == new DatapathNeighbour(path.Address, path.Device, Fast: true);
    }

    internal void Changed() => _changed = true;

    /// <summary>There is a VXLAN device. Without it every path is on hold, whatever the heartbeats say.</summary>
    internal bool HasCarrier { get; private set; } = true;

    void IPieceEvents.DevicesChanged() => _devicesChanged = true;

    void IPieceEvents.Carrier(bool isThere)
    {
        if (_devicesChanged && _loop.TryPost(OnDevicesChanged))
        {
            _devicesChanged = false;
        }

        if (_carrierSeen != isThere && _loop.TryPost(() => OnCarrier(isThere)))
        {
            _carrierSeen = isThere;
        }
    }

    private void OnDevicesChanged()
    {
        try
        {
            foreach (FastLink link in _links.Values)
            {
                link.Device = _datapath.DeviceForPort(link.Port);
            }
        }
        catch (KernelException refused)
        {
            _logger.ApplyFailed(refused.Message);
            _devicesChanged = true; // at the next look
        }

        Changed();
    }

    private void OnCarrier(bool isThere)
    {
        HasCarrier = isThere;
        foreach (FastLink link in _links.Values)
        {
            link.TellHeld();
            if (!isThere)
            {
                link.TellNoDevice();
            }
        }

        Changed();
    }

    internal void Moved(FastLink link, Ipv4Address address)
    {
        _logger.RemoteMoved(link.Remote, address);
        Changed();
    }

    internal void SendHeartbeat(FastLink link, Hearing hearing)
    {
        Apply(); // the program sends to whom it knows
        int length = link.Machine.WriteHeartbeat(_heartbeat, hearing);
        ShortId to = _routes.ShortIds.TryGetValue(link.Remote, out ShortId known) ? known : link.RemoteShortId;
        try
        {
            _datapath.SendHeartbeat(to, _heartbeat.AsSpan(0, length));
        }
        catch (KernelException refused)
        {
            _logger.HeartbeatNotSent(link.Remote, refused.Message); // what is not heard is noticed by itself
        }
    }

    internal void Rearm()
    {
        TimeSpan? next = _retryAt;
        foreach (FastLink link in _links.Values)
        {
            if (link.Machine.NextDeadline is { } deadline && (next is null || deadline < next))
            {
                next = deadline;
            }
        }

        if (_adopted is not null && (next is null || AdoptionGrace < next))
        {
            next = AdoptionGrace;
        }

        TimeSpan wait = next is { } at ? TimeSpan.FromTicks(Math.Max(0, (at - Now).Ticks)) : Timeout.InfiniteTimeSpan;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private static string WhyNot(OverlayConnection connection) => connection switch
    {
        { SessionKey: not null } => "the connection is encrypted",
        { RemoteShortId: null } => "the peer has no short id",
        { RemoteAddress.AddressFamily: not AddressFamily.InterNetwork } when !connection.RemoteAddress.Address.IsIPv4MappedToIPv6 =>
            "the peer is not reached over IPv4",
        _ => "",
    };

    /// <summary>On the timer's thread. A full mailbox must not silence the heartbeats for good.</summary>
    private void Ring()
    {
        if (!_loop.TryPost(OnTimer))
        {
            _timer.Change(RetryAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        if (_adopted is not null && Now >= AdoptionGrace)
        {
            _adopted = null;
            Changed();
        }

        if (_retryAt <= Now)
        {
            _retryAt = null;
            Changed();
        }

        foreach (FastLink link in _links.Values.Where(link => link.Machine.NextDeadline <= Now).ToArray())
        {
            link.OnDeadline();
        }

        Rearm();
    }

    /// <summary>On the reader's thread. A heartbeat that finds no room is lost like one on the wire.</summary>
    private void OnEvent(DatapathEvent read)
    {
        if (read.Kind == DatapathEventKind.Heartbeat && FastHeartbeat.TryRead(read.Head, out FastHeartbeat heartbeat))
        {
            HeartbeatSeen seen = new(heartbeat.ConnectionUid, heartbeat.StatedLength, read.Length, heartbeat.Hearing, read.Address);
            _loop.TryPost(() => OnHeartbeat(seen));
        }
        else if (read.Kind == DatapathEventKind.MacMoved)
        {
            _logger.MacMoved(read.Mac, read.Source, read.Destination);
        }
    }

    private void OnHeartbeat(HeartbeatSeen seen)
    {
        if (_links.TryGetValue(seen.ConnectionUid, out FastLink? link))
        {
            link.OnHeartbeat(seen);
        }
    }

    private void Apply()
    {
        if (!_changed)
        {
            return;
        }

        _changed = false;
        _replaced.Clear();
        Dictionary<PeerName, NeighbourPath> paths = [];
        foreach (FastLink link in _links.Values)
        {
            paths[link.Remote] = link.Path;
        }

        DatapathSpec wanted = DatapathSpec.From(_routes, _links.Values.FirstOrDefault()?.SelfShortId, paths);
        wanted = _adopted is null ? wanted : wanted.Over(_adopted);
        try
        {
            DatapathApplier.Apply(_datapath.Tables, DatapathPlan.From(_applied, wanted));
            _applied = wanted;
        }
        catch (KernelException refused)
        {
            _logger.ApplyFailed(refused.Message);
            _applied = DatapathApplier.ToSpec(_datapath.Read()); // part of the plan is done
            _retryAt = Now + RetryAfter;
            Rearm();
        }
    }
}
