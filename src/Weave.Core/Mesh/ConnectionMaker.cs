using System.Globalization;
using System.Net;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Decides which addresses to dial and when: those the user configured and, with discovery, those of peers that
/// others are connected to and we are not.
/// </summary>
/// <remarks>
/// docs/wire/mesh.md §1.14. What is wanted is worked out when something changed (<see cref="DiscoveredAddresses"/>), what is
/// due at every call; both, and how much is tried at once, are bounded by <see cref="MeshLimits"/>.
/// </remarks>
public sealed class ConnectionMaker(Topology topology, int port, bool discovery, IRandom random)
{
    private readonly SortedDictionary<string, Target> _targets = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DirectPeer> _direct = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ConnectionId, OwnConnection> _connections = [];
    private readonly SortedDictionary<PeerName, CallBack> _callBacks = [];
    private readonly SortedSet<string> _forgotten = new(StringComparer.Ordinal);
    private readonly DiscoveredAddresses _discovered = new(topology, port);
    private SortedDictionary<string, TargetOrigin> _wanted = new(StringComparer.Ordinal);
    private bool _stale = true;

    /// <summary>When <see cref="Attempts"/> has something to do next; null when only a change can bring it.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>Connections that ended, failed handshakes included.</summary>
    public int TerminationCount { get; private set; }

    /// <summary>The configured targets as given, ascending.</summary>
    public IReadOnlyList<string> DirectTargets => [.. _direct.Keys];

    internal bool IsDirect(string text) => _direct.ContainsKey(text);

    /// <summary>Configured targets that are not given up for good, for guessing the size of the cluster.</summary>
    public IReadOnlyList<string> ActiveDirectTargets =>
        [.. _direct.Values.Where(direct => !IsHopeless(direct)).Select(direct => direct.Text)];

    public IEnumerable<TargetStatus> Targets =>
        _targets.Select(pair => new TargetStatus(pair.Key, pair.Value.State, pair.Value.LastError, pair.Value.TryAfter));

    /// <summary>Adds targets, or with <paramref name="replace"/> makes them the only ones. One that is known already is tried now.</summary>
    public void Add(TimeSpan now, IEnumerable<DirectTarget> targets, bool replace)
    {
        if (replace)
        {
            _direct.Clear();
        }

        foreach (DirectTarget given in targets)
        {
            DirectPeer direct = new(given) { LookUpDue = now };
            _direct[given.Text] = direct;
            foreach (string key in direct.Keys(port))
            {
                _forgotten.Remove(key);
            }

            if (_targets.TryGetValue(direct.Key(port), out Target? target))
            {
                target.TryNow(now);
            }
        }

        LookAgain(now);
    }

    public void Forget(TimeSpan now, IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            if (_direct.Remove(text, out DirectPeer? direct))
            {
                _forgotten.UnionWith(direct.Keys(port));
            }
        }

        LookAgain(now);
    }

    /// <summary>The user forgot this address and nobody has connected to it since, so the connection is not expected back.</summary>
    public bool IsForgotten(string address) => _forgotten.Contains(address);

    /// <summary>The topology changed, so there may be somebody new to connect to.</summary>
    public void Refresh(TimeSpan at)
    {
        if (discovery)
        {
            Wake(_discovered.NextLook > at ? _discovered.NextLook : at);
        }
    }

    /// <summary>
    /// The addresses of this host changed: where nobody was there may be somebody, where we were may be another, and what was
    /// waited for out of caution need not be.
    /// </summary>
    public void OnNetworkChanged(TimeSpan now)
    {
        foreach (Target target in _targets.Values.Where(target => target.State is TargetState.Waiting or TargetState.Suspended))
        {
            target.TryNow(now);
        }

        LookAgain(now);
    }

    /// <summary>A dialled address could not be reached.</summary>
    public void OnAborted(TimeSpan now, string address, string reason)
    {
        if (_targets.TryGetValue(address, out Target? target))
        {
            target.Ended(now, TargetEnd.Failed, reason, wasConnected: false, random);
        }

        Wake(now);
    }

    /// <summary>A connection was registered.</summary>
    public void OnRegistered(ConnectionId id, PeerName remote, string address, bool outbound)
    {
        _stale = true;
        _connections[id] = new OwnConnection(remote, address, outbound);
        _callBacks.Remove(remote);
        _forgotten.Remove(address);
        if (outbound && _targets.TryGetValue(address, out Target? target))
        {
            target.State = TargetState.Connected;
        }
    }

    /// <summary>A connection does not answer, or does again: while it does not, it counts as none.</summary>
    public void OnDoubt(TimeSpan now, ConnectionId id, bool doubted)
    {
        if (!_connections.TryGetValue(id, out OwnConnection? connection))
        {
            return;
        }

        _connections[id] = connection with { InDoubt = doubted };
        if (connection.Outbound && _targets.TryGetValue(connection.Address, out Target? target))
        {
            if (doubted && target.State != TargetState.Attempting)
            {
                target.Doubted(now);
            }
            else if (!doubted && target.State is TargetState.Waiting or TargetState.Suspended)
            {
                target.State = TargetState.Connected;
            }
        }
        else if (doubted)
        {
            PlanCallBack(now, connection);
        }

        LookAgain(now);
    }

    /// <summary>A connection ended, registered or not.</summary>
    public void OnTerminated(TimeSpan now, ConnectionId id, string address, bool outbound, TargetEnd how, string reason)
    {
        if (how != TargetEnd.ConnectedToSelf)
        {
            TerminationCount++;
        }

        // Of one that was in doubt, a successor may be on its way already.
        bool replaced = _connections.Remove(id, out OwnConnection? own) && own.InDoubt;
        if (outbound && _targets.TryGetValue(address, out Target? target) && !(replaced && target.State == TargetState.Attempting))
        {
            target.Ended(now, how, reason, wasConnected: true, random);
        }

        LookAgain(now);
    }

    /// <summary>The names to look up now. Each must be answered by <see cref="OnFound"/> or <see cref="OnNotFound"/>.</summary>
    public IReadOnlyList<(string Text, string Name)> LookUps(TimeSpan now)
    {
        int free = MeshLimits.LookUps - _direct.Values.Count(direct => direct.IsAsked);
        List<(string Text, string Name)> due = [];
        foreach (DirectPeer direct in _direct.Values.Where(direct => direct is { Name: not null, IsAsked: false } && direct.LookUpDue <= now).Take(Math.Max(0, free)))
        {
            direct.IsAsked = true;
            due.Add((direct.Text, direct.Name!));
        }

        return due;
    }

    /// <summary>What a name stands for at present: one address at least.</summary>
    public void OnFound(TimeSpan now, string text, IReadOnlyList<IPAddress> addresses)
    {
        if (Answered(now, text) is DirectPeer direct)
        {
            string before = direct.Key(port);
            direct.OnFound(addresses, failed: _targets.TryGetValue(before, out Target? target) && target is { State: TargetState.Waiting, Failures: > 0 });
            if (direct.Key(port) != before && _targets.TryGetValue(direct.Key(port), out Target? another) && another.State == TargetState.Suspended)
            {
                another.TryNow(now);
            }

            LookAgain(now);
        }
    }

    /// <summary>A name could not be looked up. What it stood for last is tried, if that is known.</summary>
    public void OnNotFound(TimeSpan now, string text, string reason)
    {
        if (Answered(now, text) is DirectPeer direct)
        {
            if (direct.Address is null && _targets.TryGetValue(direct.Key(port), out Target? target))
            {
                target.NotFound(now, reason, random);
                direct.LookUpDue = target.TryAfter ?? now;
            }

            Wake(now);
        }
    }

    /// <summary>What to dial now. Each must be answered by <see cref="OnAborted"/>, or <see cref="OnTerminated"/> sooner or later.</summary>
    public IReadOnlyList<DialAttempt> Attempts(TimeSpan now)
    {
        Due = null;
        WorkOutWanted(now);
        List<(string Address, Target Target)> due = [];
        List<string> unwanted = [];
        foreach ((string address, Target target) in _targets)
        {
            if (target.State is TargetState.Attempting or TargetState.Connected)
            {
                continue;
            }

            if (!_wanted.ContainsKey(address))
            {
                target.State = TargetState.Suspended;
                if (target.Origin != TargetOrigin.Configured || !_direct.Values.Any(direct => direct.Key(port) == address))
                {
                    unwanted.Add(address);
                }
            }
            else if (target.TryAfter is TimeSpan at)
            {
                target.State = TargetState.Waiting;
                if (at <= now)
                {
                    due.Add((address, target));
                }
                else
                {
                    Wake(at);
                }
            }
        }

        unwanted.ForEach(address => _targets.Remove(address));
        List<DialAttempt> attempts = Begin(now, due);
        foreach (DirectPeer direct in _direct.Values.Where(direct => direct is { Name: not null, IsAsked: false } && direct.LookUpDue > now))
        {
            Wake(direct.LookUpDue);
        }

        return attempts;
    }

    /// <summary>As many as may be tried at once, the most promising first. The others wait until one of them has ended.</summary>
    private List<DialAttempt> Begin(TimeSpan now, List<(string Address, Target Target)> due)
    {
        int configured = 0;
        int discovered = 0;
        int undescribed = 0;
        foreach (Target target in _targets.Values.Where(target => target.State == TargetState.Attempting))
        {
            Count(target.Origin);
        }

        List<DialAttempt> attempts = [];
        foreach ((string address, Target target) in due.OrderBy(item => item.Target.Origin).ThenBy(item => item.Target.Failures))
        {
            if (IsFree(target.Origin) && KnowsWhere(now, address, target))
            {
                Count(target.Origin);
                target.State = TargetState.Attempting;
                attempts.Add(new DialAttempt(address, IPEndPoint.Parse(address), target.Origin == TargetOrigin.Configured));
            }
        }

        return attempts;

        void Count(TargetOrigin origin) => _ = origin switch
        {
            TargetOrigin.Configured => configured++,
            TargetOrigin.Described => discovered++,
            _ => discovered++ + undescribed++,
        };

        bool IsFree(TargetOrigin origin) => origin switch
        {
            TargetOrigin.Configured => configured < MeshLimits.DirectDials,
            TargetOrigin.Described => discovered < MeshLimits.DiscoveredDials,
            _ => discovered < MeshLimits.DiscoveredDials && undescribed < MeshLimits.UndescribedDials,
        };
    }

    /// <summary>A name is looked up before each attempt. False while that is to be waited for.</summary>
    private bool KnowsWhere(TimeSpan now, string address, Target target)
    {
        if (target.Origin != TargetOrigin.Configured)
        {
            return true;
        }

        bool known = true;
        foreach (DirectPeer direct in _direct.Values.Where(direct => direct.Key(port) == address))
        {
            if (direct.NeedsLookUp(now))
            {
                direct.LookUpDue = now;
                known = false;
            }

            known &= direct.Address is not null;
        }

        return known;
    }

    private DirectPeer? Answered(TimeSpan now, string text)
    {
        if (!_direct.TryGetValue(text, out DirectPeer? direct))
        {
            return null;
        }

        direct.IsAsked = false;
        direct.LookUpDue = now + MeshTimes.LookUp;
        direct.FreshUntil = now + MeshTimes.LookedUp;
        return direct;
    }

    /// <summary>The addresses that ought to be connected and are not, and a target for each.</summary>
    private void WorkOutWanted(TimeSpan now)
    {
        if (!_stale && !(discovery && _discovered.IsBehind))
        {
            return;
        }

        _stale = false;
        List<OwnConnection> living = [.. _connections.Values.Where(connection => !connection.InDoubt)];
        HashSet<string> connected = [.. living.Select(connection => connection.Address)];
        _wanted = new SortedDictionary<string, TargetOrigin>(StringComparer.Ordinal);
        if (discovery)
        {
            AddDiscovered(now, living, connected);
        }

        AddConfigured(living, connected);
        foreach ((string address, TargetOrigin origin) in _wanted)
        {
            if (!_targets.TryGetValue(address, out Target? target))
            {
                _targets.Add(address, target = new Target(now));
                if (_callBacks.Values.Any(callBack => callBack.Address == address))
                {
                    target.TrySteadily(now);
                }
            }

            target.Origin = origin;
        }
    }

    private void AddConfigured(List<OwnConnection> living, HashSet<string> connected)
    {
        List<IPAddress> inboundHosts = [.. living.Where(connection => !connection.Outbound).Select(connection => HostOf(connection.Address)).OfType<IPAddress>()];
        foreach (DirectPeer direct in _direct.Values)
        {
            // Without a port the user means the host; one connection from there will do.
            bool satisfied = direct.AnyPort && inboundHosts.Exists(direct.StandsFor);
            if (!satisfied && !direct.Keys(port).Any(connected.Contains))
            {
                _wanted[direct.Key(port)] = TargetOrigin.Configured;
            }
        }
    }

    private void AddDiscovered(TimeSpan now, List<OwnConnection> living, HashSet<string> connected)
    {
        HashSet<PeerName> peers = [topology.SelfName, .. living.Select(connection => connection.Remote)];
        if (_discovered.NextLook <= now)
        {
            _discovered.Look(now, peers, connected, _targets.ContainsKey);
        }
        else
        {
            _stale = true;
            Wake(_discovered.NextLook);
        }

        _discovered.AddTo(_wanted, peers, connected);
        foreach ((PeerName peer, CallBack callBack) in _callBacks.ToList())
        {
            if (callBack.Until <= now || !topology.Contains(peer))
            {
                _callBacks.Remove(peer);
            }
            else if (!peers.Contains(peer) && !connected.Contains(callBack.Address))
            {
                _wanted[callBack.Address] = TargetOrigin.Described;
            }
        }
    }

    /// <summary>Somebody who dialled us may be unable to know that the connection is dead, or where we are now.</summary>
    private void PlanCallBack(TimeSpan now, OwnConnection connection)
    {
        if (discovery && _callBacks.Count < MeshLimits.CallBacks && HostOf(connection.Address) is IPAddress host)
        {
            _callBacks[connection.Remote] = new CallBack(
                string.Create(CultureInfo.InvariantCulture, $"{host}:{port}"), now + MeshTimes.CallBack);
        }
    }

    private bool IsHopeless(DirectPeer direct) => _targets.TryGetValue(direct.Key(port), out Target? target) && target.TryAfter is null;

    private void LookAgain(TimeSpan now)
    {
        _stale = true;
        Wake(now);
    }

    private void Wake(TimeSpan at) => Due = Due is TimeSpan due && due < at ? due : at;

    private static IPAddress? HostOf(string address) => IPEndPoint.TryParse(address, out IPEndPoint? parsed) ? parsed.Address : null;

    private sealed record OwnConnection(PeerName Remote, string Address, bool Outbound, bool InDoubt = false);

    private sealed record CallBack(string Address, TimeSpan Until);
}
