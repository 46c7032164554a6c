using System.Net;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// A peer of the mesh without IO: joins topology, routes, connection maker, sessions and gossip channels. The daemon and
/// the simulator are two shells round it.
/// </summary>
/// <remarks>
/// The shell calls one input at a time, each with the present; so do channels through their
/// <see cref="IGossipSender"/>. After every piece of work it calls <see cref="Drain"/>, carries the effects out in their
/// order, and arms one timer for <see cref="NextDeadline"/>. Foreign bytes never throw.
/// <para>The life of a connection: dialled or accepted (MeshRouter.cs), introduced and registered
/// (MeshRouter.Registration.cs), messages and gossip (MeshRouter.Gossip.cs), the end (MeshRouter.Ending.cs).</para>
/// <para>docs/wire/mesh.md §1.</para>
/// </remarks>
public sealed partial class MeshRouter : IPeerDirectory
{
    private readonly MeshOptions _options;
    private readonly IRandom _random;
    private readonly Topology _topology;
    private readonly TopologyChanges _changes = new();
    private readonly Routes _routes;
    private readonly ConnectionMaker _maker;
    private readonly SortedDictionary<ConnectionId, MeshConnection> _connections = [];
    private readonly SortedDictionary<PeerName, MeshConnection> _neighbours = [];
    private readonly SortedDictionary<PeerName, MeshConnection> _lingering = [];

    /// <summary>Neighbours to whom data goes straight although the topology does not, or not yet, show an established link.</summary>
    private readonly SortedSet<PeerName> _straight = [];
    private readonly SortedDictionary<string, MeshChannel> _channels = new(StringComparer.Ordinal);
    private readonly SortedSet<ConnectionId> _touched = [];
    private readonly List<MeshEffect> _effects = [];
    private readonly List<MeshSessionEvent> _events = [];
    private long _lastId;
    private long _bytesReceived;
    private long _bytesSent;
    private TimeSpan? _collectionDue;
    private TimeSpan? _updateDue;
    private TimeSpan _gossipDue;

    public MeshRouter(MeshOptions options, IRandom random, Moment now)
    {
        _options = options;
        _random = random;
        _topology = new Topology(options.Self, options.Nickname, options.Uid, options.ShortId, random);
        _routes = new Routes(_topology);
        _maker = new ConnectionMaker(_topology, options.Port, options.Discovery, random);
        _gossipDue = now.Elapsed + options.GossipInterval;
        AddChannel(TopologyChannel.Name, new TopologyChannel(_topology, _changes, OnTopologyMerged));
        _effects.Add(new MeshEffect.RoutesChanged(_routes.Data));
    }

    public PeerName Self => _topology.SelfName;

    public ulong SelfUid => _topology.SelfUid;

    public string SelfNickname => _topology.SelfNickname;

    /// <summary>Counts our own changes of the topology.</summary>
    public ulong SelfVersion => _topology.SelfVersion;

    /// <summary>Every known peer, ourselves included, ascending. A copy.</summary>
    public IEnumerable<PeerName> Names => [.. _topology.Names];

    /// <summary>The routes of data frames; the same that the last <see cref="MeshEffect.RoutesChanged"/> carried.</summary>
    public RoutesSnapshot DataRoutes => _routes.Data;

    /// <summary>Configured targets that are not given up for good: a guess at the size of the cluster.</summary>
    public IReadOnlyList<string> ActiveTargets => _maker.ActiveDirectTargets;

    /// <summary>When <see cref="OnDeadline"/> is wanted, as elapsed time. Includes the channels' deadlines.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan next = Earlier(_gossipDue, _routes.Due);
            next = Earlier(Earlier(next, _maker.Due), Earlier(_collectionDue ?? next, _updateDue));
            foreach (MeshConnection connection in _connections.Values)
            {
                next = Earlier(next, Earlier(Earlier(connection.Deadline, connection.HeartbeatDue), connection.OverlayDue));
            }

            foreach (MeshChannel channel in _channels.Values)
            {
                next = Earlier(next, channel.Machine.NextDeadline);
            }

            return next;
        }
    }

    public bool Contains(PeerName peer) => _topology.Contains(peer);

    public string? NicknameOf(PeerName peer) => _topology.NicknameOf(peer);

    /// <summary>
    /// Joins a channel to the mesh. It is told of messages, peers and deadlines from then on, and speaks through the
    /// sender that <paramref name="make"/> is given.
    /// </summary>
    /// <returns>What <paramref name="make"/> made.</returns>
    /// <exception cref="ArgumentException">There is a channel of that name.</exception>
    public T AddChannel<T>(string name, Func<IGossipSender, T> make)
        where T : class, IGossipChannel
    {
        T machine = make(new Sender(this, name));
        AddChannel(name, machine);
        return machine;
    }

    /// <summary>Adds configured targets, or with <paramref name="replace"/> makes them the only ones.</summary>
    public void Connect(Moment now, IReadOnlyCollection<DirectTarget> targets, bool replace)
    {
        _maker.Add(now.Elapsed, targets, replace);
        _effects.Add(new MeshEffect.StoreTargets(_maker.DirectTargets));
    }

    /// <summary>Drops configured targets by the text they were added with. Connections that exist stay.</summary>
    public void Forget(Moment now, IReadOnlyCollection<string> targets)
    {
        _maker.Forget(now.Elapsed, targets);
        _effects.Add(new MeshEffect.StoreTargets(_maker.DirectTargets));
    }

    /// <summary>The user configured it, by this text.</summary>
    public bool IsTarget(string text) => _maker.IsDirect(text);

    /// <summary>What <see cref="MeshEffect.LookUp"/> asked for: the IPv4 addresses of the name, one at least.</summary>
    public void OnFound(Moment now, string text, IReadOnlyList<IPAddress> addresses) =>
        _maker.OnFound(now.Elapsed, text, [.. addresses.Take(MeshLimits.AddressesPerName)]);

    /// <summary>The same when there was none; <paramref name="reason"/> is shown.</summary>
    public void OnNotFound(Moment now, string text, string reason) => _maker.OnNotFound(now.Elapsed, text, reason);

    /// <summary>This host has other addresses than before.</summary>
    public void OnNetworkChanged(Moment now) => _maker.OnNetworkChanged(now.Elapsed);

    /// <summary>Somebody connected to us.</summary>
    /// <returns>The connection's handle from now on.</returns>
    public ConnectionId OnAccepted(Moment now, IPEndPoint local, IPEndPoint remote)
    {
        MeshConnection connection = NewConnection(remote.ToString(), outbound: false, acceptNewPeer: true);
        Begin(now, connection, local, remote);
        return connection.Id;
    }

    /// <summary>What <see cref="MeshEffect.Dial"/> asked for worked.</summary>
    public void OnDialled(Moment now, ConnectionId id, IPEndPoint local, IPEndPoint remote)
    {
        if (_connections.TryGetValue(id, out MeshConnection? connection) && connection.Phase == ConnectionPhase.Dialling)
        {
            Begin(now, connection, local, remote);
        }
    }

    /// <summary>Bytes arrived.</summary>
    public void OnBytes(Moment now, ConnectionId id, ReadOnlySpan<byte> bytes)
    {
        if (!_connections.TryGetValue(id, out MeshConnection? connection) || connection.Session is null)
        {
            return;
        }

        Touch(connection);
        connection.BytesReceived += bytes.Length;
        _bytesReceived += bytes.Length;
        _events.Clear();
        connection.Session.Receive(bytes, connection.Output, _events);
        foreach (MeshSessionEvent happened in _events)
        {
            OnSessionEvent(now, connection, happened);
        }
    }

    /// <summary>Everything that <see cref="MeshEffect.Write"/> queued so far has left.</summary>
    public void OnWritable(ConnectionId id)
    {
        if (_connections.TryGetValue(id, out MeshConnection? connection))
        {
            connection.InFlight = 0;
            Touch(connection);
        }
    }

    /// <summary>The TCP connection ended or, when it was being dialled, could not be made.</summary>
    /// <param name="now">The present.</param>
    /// <param name="id">Which.</param>
    /// <param name="reason">For log and status.</param>
    /// <param name="byRemote">The other end closed it, so it knows; else it may go on to believe in it.</param>
    public void OnClosed(Moment now, ConnectionId id, string reason, bool byRemote = true)
    {
        if (_connections.TryGetValue(id, out MeshConnection? connection))
        {
            if (!byRemote && !connection.Outbound)
            {
                _maker.OnDoubt(now.Elapsed, id, doubted: true);
            }

            PeerName? closing = connection.Phase == ConnectionPhase.Established ? connection.Peer?.Name : null;
            string why = connection.Held is null ? reason : Duplicate(connection.Peer!); // the other end has decided as we would have
            End(now, connection, why, TargetEnd.Failed, linger: true);
            if (closing is { } neighbour && _lingering.ContainsKey(neighbour))
            {
                // Its host was there to close, so the way is good. Others may still show a way through one another.
                _straight.Add(neighbour);
            }
        }
    }

    /// <summary>
    /// Carries out what is due. When it was due long ago then it was us who did not run, and the silence of the others tells
    /// nothing: they get a fresh period, whoever was stopped.
    /// </summary>
    public void OnDeadline(Moment now)
    {
        TimeSpan at = now.Elapsed;
        if (at > NextDeadline + MeshTimes.Starved)
        {
            BePatientAnew(at);
        }

        foreach (MeshChannel channel in _channels.Values.Where(channel => channel.Machine.NextDeadline <= at).ToList())
        {
            channel.Machine.OnDeadline(now);
        }

        if (_collectionDue <= at)
        {
            Collect(now);
        }

        if (_updateDue <= at)
        {
            TellOwnChanges();
        }

        if (_gossipDue <= at)
        {
            _gossipDue = at + _options.GossipInterval;
            GossipEverything(now);
        }

        foreach (MeshConnection connection in _connections.Values.Where(c => c.Deadline <= at || c.HeartbeatDue <= at || c.OverlayDue <= at).ToList())
        {
            if (_connections.ContainsKey(connection.Id))
            {
                OnConnectionDeadline(now, connection);
            }
        }

        if (_routes.Due <= at)
        {
            Recalculate();
        }
    }

    /// <summary>Finishes the step: moves what the socket can take from the queues, and hands over what is to be done.</summary>
    public void Drain(Moment now, ICollection<MeshEffect> effects)
    {
        TellChanges(now);
        if (_maker.Due <= now.Elapsed)
        {
            Dial(now);
        }

        RelayWaiting();
        PumpTouched();
        foreach (MeshEffect effect in _effects)
        {
            effects.Add(effect);
        }

        _effects.Clear();
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan? b) => b is TimeSpan other && other < a ? other : a;

    private void AddChannel(string name, IGossipChannel machine) => _channels.Add(name, new MeshChannel(name, machine, isSurrogate: false));

    private MeshConnection NewConnection(string address, bool outbound, bool acceptNewPeer)
    {
        MeshConnection connection = new(new ConnectionId(++_lastId), address, outbound, acceptNewPeer, _random.NextUInt64());
        _connections.Add(connection.Id, connection);
        return connection;
    }

    private void Dial(Moment now)
    {
        foreach (DialAttempt attempt in _maker.Attempts(now.Elapsed))
        {
            if (IsFullOfLiving)
            {
                _maker.OnAborted(now.Elapsed, attempt.Text, LimitReached);
                continue;
            }

            MeshConnection connection = NewConnection(attempt.Text, outbound: true, attempt.AcceptNewPeer);
            connection.Deadline = now.Elapsed + MeshTimes.Dial;
            _effects.Add(new MeshEffect.Dial(connection.Id, attempt.Address));
        }

        foreach ((string text, string name) in _maker.LookUps(now.Elapsed))
        {
            _effects.Add(new MeshEffect.LookUp(text, name));
        }
    }

    private void Begin(Moment now, MeshConnection connection, IPEndPoint local, IPEndPoint remote)
    {
        connection.Phase = ConnectionPhase.Handshaking;
        connection.Local = local;
        connection.Remote = remote;
        connection.Trusted = Ipv4Address.TryParse(remote.Address.ToString(), out Ipv4Address address)
            && _options.TrustedSubnets.Any(subnet => subnet.Contains(address));
        connection.Deadline = now.Elapsed + MeshTimes.Handshake;
        connection.Session = new MeshSession(
            new MeshSessionOptions(
                _options.MinProtocolVersion,
                _options.MaxProtocolVersion,
                _options.Password,
                FeaturesFor(connection),
                connection.Outbound,
                WaitsForRemote: connection.Outbound),
            _random);
        connection.Session.Start(connection.Output);
        Touch(connection);
    }

    private void BePatientAnew(TimeSpan now)
    {
        foreach (MeshConnection connection in _connections.Values)
        {
            TimeSpan patience = connection.Phase switch
            {
                ConnectionPhase.Dialling => MeshTimes.Dial,
                ConnectionPhase.Handshaking => MeshTimes.Handshake,
                _ => MeshTimes.Silence,
            };
            connection.Deadline = now + patience;
        }
    }

    private void OnConnectionDeadline(Moment now, MeshConnection connection)
    {
        if (connection.Held is not null)
        {
            OnHoldOver(now, connection);
        }
        else if (connection.Deadline <= now.Elapsed)
        {
            End(now, connection, connection.Phase switch
            {
                ConnectionPhase.Dialling => "dial: timed out",
                ConnectionPhase.Handshaking => "handshake: timed out",
                _ => "read: timed out",
            }, TargetEnd.Failed, linger: true);
        }
        else if (connection.HeartbeatDue <= now.Elapsed)
        {
            connection.HeartbeatDue = now.Elapsed + MeshTimes.Heartbeat;
            Send(connection, [(byte)MessageTag.Heartbeat]);
        }

        if (connection.OverlayDue <= now.Elapsed && _connections.ContainsKey(connection.Id))
        {
            StartOverlay(connection);
        }
    }
}
