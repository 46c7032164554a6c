using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Daemon;
using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>
/// Runs one <see cref="OverlaySwitch"/> a connection over the sub-overlays of this host. All state is the control
/// loop's; events that sub-overlays raise on their own threads wait in a queue until the loop takes them.
/// </summary>
internal sealed class OverlayManager : IOverlayManager
{
    /// <summary>Mesh message tag of a control message that carries a forwarder index.</summary>
    private const byte OverlayControlTag = 7;

    private const string OverlaysFeature = "Overlays";

    private readonly ControlLoop _loop;
    private readonly ILogger<OverlayManager> _logger;
    private readonly ISubOverlay[] _overlays;
    private readonly string[] _names;
    private readonly ConcurrentDictionary<ConnectionId, SwitchedConnection> _connections = new();
    private readonly ConcurrentQueue<Action> _events = new();
    private IOverlayEvents? _listener;

    /// <param name="loop">Where all state changes.</param>
    /// <param name="overlays">In order of preference: <c>fastdp</c> before <c>sleeve</c>.</param>
    /// <param name="logger">The log.</param>
    public OverlayManager(ControlLoop loop, IEnumerable<ISubOverlay> overlays, ILogger<OverlayManager> logger)
    {
        _loop = loop;
        _logger = logger;
        _overlays = [.. overlays];
        _names = [.. _overlays.Select(overlay => overlay.Name)];
        loop.AfterEach(ScheduleEvents);
    }

    public void AddFeatures(IDictionary<string, string> features)
    {
        features[OverlaysFeature] = string.Join(' ', _names);
        foreach (ISubOverlay overlay in _overlays)
        {
            overlay.AddFeatures(features);
        }
    }

    public void Attach(IOverlayEvents events) => _listener = events;

    public void Prepare(OverlayConnection connection)
    {
        // A peer that announces no overlays is very old: sleeve alone, and its control messages carry no index.
        bool bare = connection.RemoteOverlays is null;
        IReadOnlyList<string> common = OverlaySwitch.Common(_names, connection.RemoteOverlays ?? ["sleeve"]);
        SwitchedConnection switched = new(this, connection, common, bare);
        _connections[connection.Id] = switched;
        switched.Prepare();
    }

    public void Confirm(ConnectionId id)
    {
        if (!_connections.TryGetValue(id, out SwitchedConnection? confirmed))
        {
            return;
        }

        foreach (SwitchedConnection older in _connections.Values.Where(other => other.Lingers && other.Remote == confirmed.Remote))
        {
            Remove(older);
        }

        confirmed.Confirm();
    }

    public void Control(ConnectionId id, byte tag, ReadOnlyMemory<byte> payload)
    {
        if (_connections.TryGetValue(id, out SwitchedConnection? connection))
        {
            connection.Control(tag, payload.Span);
        }
    }

    public void Stop(ConnectionId id, bool linger)
    {
        if (_connections.TryGetValue(id, out SwitchedConnection? connection))
        {
            if (linger && connection.Established)
            {
                connection.Linger();
                return;
            }

            Remove(connection);
        }
    }

    public void RoutesChanged(RoutesSnapshot routes)
    {
        foreach (ISubOverlay overlay in _overlays)
        {
            overlay.RoutesChanged(routes);
        }
    }

    public void PeersForgotten(IReadOnlyList<PeerName> peers)
    {
        foreach (ISubOverlay overlay in _overlays)
        {
            overlay.PeersForgotten(peers);
        }
    }

    public OverlayStatus? StatusOf(ConnectionId id) =>
        _connections.TryGetValue(id, out SwitchedConnection? connection) ? connection.Status : null;

    private void Remove(SwitchedConnection connection)
    {
        _connections.TryRemove(connection.Id, out _);
        connection.Stop();
    }

    /// <summary>From any thread. Never blocks: a full mailbox is retried after the piece of work that fills it.</summary>
    private void Raise(Action deed)
    {
        _events.Enqueue(deed);
        _loop.TryPost(RunEvents);
    }

    private void ScheduleEvents()
    {
        if (!_events.IsEmpty)
        {
            _loop.TryPost(RunEvents);
        }
    }

    private void RunEvents()
    {
        while (_events.TryDequeue(out Action? deed))
        {
            deed();
        }
    }

    /// <summary>One connection: the switch machine and the forwarders that it chooses from.</summary>
    private sealed class SwitchedConnection(OverlayManager owner, OverlayConnection connection, IReadOnlyList<string> common, bool bare)
    {
        private readonly OverlaySwitch _switch = new(common);
        private readonly ISubForwarder?[] _forwarders = new ISubForwarder?[common.Count];
        private volatile ISubForwarder? _best;
        private bool _stopped;

        internal ConnectionId Id => connection.Id;

        internal PeerName Remote => connection.Remote;

        internal bool Established { get; private set; }

        internal bool Lingers { get; private set; }

        internal OverlayStatus? Status => _best?.Status;

        internal void Prepare()
        {
            if (common.Count == 0)
            {
                owner.Raise(() => Fail("no overlays in common with peer"));
                return;
            }

            for (int i = 0; i < common.Count; i++)
            {
                Events events = new(this, i);
                ISubOverlay overlay = Array.Find(owner._overlays, candidate => candidate.Name == common[i])!;
                _forwarders[i] = overlay.Prepare(connection, events, out string whyNot);
                if (_forwarders[i] is null)
                {
                    owner._logger.CannotUse(common[i], Remote, whyNot);
                    events.Failed(whyNot);
                }
            }

            Choose();
        }

        internal void Confirm()
        {
            foreach (ISubForwarder? forwarder in _forwarders)
            {
                forwarder?.Confirm();
            }
        }

        internal void Control(byte tag, ReadOnlySpan<byte> payload)
        {
            if (bare)
            {
                _forwarders.FirstOrDefault()?.Control(tag, payload);
            }
            else if (tag == OverlayControlTag && _switch.TryDispatch(payload, out int index, out byte subTag, out ReadOnlySpan<byte> rest))
            {
                _forwarders[index]?.Control(subTag, rest);
            }
            else
            {
                owner._logger.ControlIgnored(Remote, payload.Length);
            }
        }

        internal void Linger()
        {
            Lingers = true;
            foreach (ISubForwarder? forwarder in _forwarders)
            {
                forwarder?.Linger();
            }
        }

        internal void Stop()
        {
            _stopped = true;
            for (int i = 0; i < _forwarders.Length; i++)
            {
                _forwarders[i]?.Stop();
                _forwarders[i] = null;
            }

            _best = null;
        }

        private void Handle(int index, SwitchChanges changes)
        {
            if (changes.HasFlag(SwitchChanges.BestChanged))
            {
                Choose();
            }

            if (changes.HasFlag(SwitchChanges.NoneLeft))
            {
                Fail($"no working forwarders to {Remote}");
            }
            else if (changes.HasFlag(SwitchChanges.Established))
            {
                Established = true;
                owner._listener?.Established(Id);
            }
        }

        private void Choose()
        {
            ISubForwarder? best = _switch.Best < 0 ? null : _forwarders[_switch.Best];
            if (best == _best)
            {
                return;
            }

            _best?.Carry(false);
            _best = best;
            if (best is not null)
            {
                owner._logger.Using(Remote, _switch.NameOf(_switch.Best));
                best.Carry(true);
            }
        }

        private void Lost(int index, string reason)
        {
            owner._logger.SubOverlayLost(Remote, _switch.NameOf(index), reason);
            ISubForwarder? forwarder = _forwarders[index];
            SwitchChanges changes = _switch.OnFailed(index);
            _forwarders[index] = null;
            Handle(index, changes);
            forwarder?.Stop();
        }

        private void Fail(string reason)
        {
            if (!_stopped)
            {
                owner.Remove(this);
                owner._listener?.Failed(Id, reason);
            }
        }

        /// <summary>Carries events of forwarder <paramref name="index"/> into the control loop.</summary>
        private sealed class Events(SwitchedConnection connection, int index) : ISubForwarderEvents
        {
            public void Established() => Raise(() => connection.Handle(index, connection._switch.OnEstablished(index)));

            public void Presumed() => Raise(() => connection.Handle(index, connection._switch.OnPresumed(index)));

            public void Failed(string reason) => Raise(() => connection.Lost(index, reason));

            public void Hold(bool held) => Raise(() =>
            {
                connection.Owner._logger.Hold(connection.Remote, connection._switch.NameOf(index), held);
                connection.Handle(index, connection._switch.OnHold(index, held));
            });

            public void SendControl(byte tag, ReadOnlySpan<byte> payload)
            {
                byte[] body = connection.Bare ? payload.ToArray() : OverlaySwitch.Wrap(index, tag, payload);
                byte meshTag = connection.Bare ? tag : OverlayControlTag;
                Raise(() =>
                {
                    if (!connection.Lingers)
                    {
                        connection.Owner._listener?.SendControl(connection.Id, meshTag, body);
                    }
                });
            }

            public TimeSpan SilenceElsewhere => connection._forwarders
                .Where((forwarder, at) => at != index && forwarder is not null)
                .Select(static forwarder => forwarder!.Silence).DefaultIfEmpty(TimeSpan.MaxValue).Min();

            private void Raise(Action deed) => connection.Owner.Raise(() =>
            {
                if (!connection._stopped)
                {
                    deed();
                }
            });
        }

        private OverlayManager Owner => owner;

        private bool Bare => bare;
    }
}
