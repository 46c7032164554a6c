using System.Globalization;
using System.Net;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Decides which addresses to dial and when: those the user configured and, with discovery, those of peers that
/// others are connected to and we are not.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.14.</remarks>
public sealed class ConnectionMaker(Topology topology, int port, bool discovery, IRandom random)
{
    private readonly SortedDictionary<string, Target> _targets = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DirectTarget> _direct = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ConnectionId, OwnConnection> _connections = [];
    private readonly SortedSet<string> _forgotten = new(StringComparer.Ordinal);

    /// <summary>When <see cref="Attempts"/> has something to do next; null when only a change can bring it.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>Connections that ended, failed handshakes included.</summary>
    public int TerminationCount { get; private set; }

    /// <summary>The configured targets as given, ascending.</summary>
    public IReadOnlyList<string> DirectTargets => [.. _direct.Keys];

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

        foreach (DirectTarget direct in targets)
        {
            _direct[direct.Text] = direct;
            _forgotten.Remove(Complete(direct.Address));
            if (_targets.TryGetValue(Complete(direct.Address), out Target? target))
            {
                target.TryNow(now);
            }
        }

        Due = now;
    }

    public void Forget(TimeSpan now, IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            if (_direct.Remove(text, out DirectTarget? direct))
            {
                _forgotten.Add(Complete(direct.Address));
            }
        }

        Due = now;
    }

    /// <summary>The user forgot this address and nobody has connected to it since, so the connection is not expected back.</summary>
    public bool IsForgotten(string address) => _forgotten.Contains(address);

    /// <summary>The topology changed, so there may be somebody new to connect to.</summary>
    public void Refresh(TimeSpan at)
    {
        if (discovery)
        {
            Due = Due is TimeSpan due && due < at ? due : at;
        }
    }

    /// <summary>A dialled address could not be reached.</summary>
    public void OnAborted(TimeSpan now, string address, string reason)
    {
        if (_targets.TryGetValue(address, out Target? target))
        {
            target.Ended(now, TargetEnd.Failed, reason, wasConnected: false, random);
        }

        Due = now;
    }

    /// <summary>A connection was registered.</summary>
    public void OnRegistered(ConnectionId id, PeerName remote, string address, bool outbound)
    {
        _connections[id] = new OwnConnection(remote, address, outbound);
        _forgotten.Remove(address);
        if (outbound && _targets.TryGetValue(address, out Target? target))
        {
            target.State = TargetState.Connected;
        }
    }

    /// <summary>A connection ended, registered or not.</summary>
    public void OnTerminated(TimeSpan now, ConnectionId id, string address, bool outbound, TargetEnd how, string reason)
    {
        if (how != TargetEnd.ConnectedToSelf)
        {
            TerminationCount++;
        }

        _connections.Remove(id);
        if (outbound && _targets.TryGetValue(address, out Target? target))
        {
            target.Ended(now, how, reason, wasConnected: true, random);
        }

        Due = now;
    }

    /// <summary>What to dial now. Each must be answered by <see cref="OnAborted"/>, or <see cref="OnTerminated"/> sooner or later.</summary>
    public IReadOnlyList<DialAttempt> Attempts(TimeSpan now)
    {
        HashSet<string> direct = new(StringComparer.Ordinal);
        HashSet<string> valid = Wanted(direct);
        foreach (string address in valid)
        {
            _targets.TryAdd(address, new Target(now));
        }

        List<DialAttempt> attempts = [];
        List<string> unwanted = [];
        Due = null;
        foreach ((string address, Target target) in _targets)
        {
            if (target.State is TargetState.Attempting or TargetState.Connected)
            {
                continue;
            }

            if (!valid.Contains(address))
            {
                target.State = TargetState.Suspended;
                if (!direct.Contains(address))
                {
                    unwanted.Add(address);
                }
            }
            else if (target.TryAfter is TimeSpan due)
            {
                Consider(now, address, target, due, direct.Contains(address), attempts);
            }
        }

        unwanted.ForEach(address => _targets.Remove(address));
        return attempts;
    }

    private void Consider(TimeSpan now, string address, Target target, TimeSpan due, bool isDirect, List<DialAttempt> attempts)
    {
        target.State = TargetState.Waiting;
        if (due <= now)
        {
            target.State = TargetState.Attempting;
            attempts.Add(new DialAttempt(address, IPEndPoint.Parse(address), isDirect));
        }
        else if (Due is null || due < Due)
        {
            Due = due;
        }
    }

    /// <summary>The addresses that ought to be connected and are not; fills <paramref name="direct"/> with the configured ones.</summary>
    private HashSet<string> Wanted(HashSet<string> direct)
    {
        HashSet<string> valid = new(StringComparer.Ordinal);
        HashSet<string> connected = [.. _connections.Values.Select(connection => connection.Address)];
        HashSet<string> inboundHosts = [.. _connections.Values.Where(c => !c.Outbound).Select(c => HostOf(c.Address).ToString())];
        foreach (DirectTarget target in _direct.Values)
        {
            string address = Complete(target.Address);
            direct.Add(address);

            // Without a port the user means the host; one connection from there will do.
            bool satisfied = target.Address.Port == 0 && inboundHosts.Contains(target.Address.Address.ToString());
            if (!satisfied && !connected.Contains(address))
            {
                valid.Add(address);
            }
        }

        if (discovery)
        {
            AddDiscovered(valid, connected);
        }

        return valid;
    }

    private void AddDiscovered(HashSet<string> valid, HashSet<string> connected)
    {
        HashSet<PeerName> connectedPeers = [topology.SelfName, .. _connections.Values.Select(connection => connection.Remote)];
        foreach (PeerName name in topology.Names)
        {
            if (name == topology.SelfName)
            {
                continue;
            }

            foreach (PeerLink link in topology.Entry(name)!.Links)
            {
                if (!connectedPeers.Contains(link.Remote) && AddressOf(link) is string address && !connected.Contains(address))
                {
                    valid.Add(address);
                }
            }
        }
    }

    /// <summary>Where to dial the far end of somebody's link; null when the text is no address.</summary>
    private string? AddressOf(PeerLink link)
    {
        if (!IPEndPoint.TryParse(link.Address, out IPEndPoint? address) || address.Port == 0)
        {
            return null;
        }

        // An inbound link shows an ephemeral port; the peer itself listens on the common one.
        return link.Outbound ? address.ToString() : new IPEndPoint(address.Address, port).ToString();
    }

    private bool IsHopeless(DirectTarget direct) =>
        _targets.TryGetValue(Complete(direct.Address), out Target? target) && target.TryAfter is null;

    private string Complete(IPEndPoint address) =>
        address.Port == 0 ? string.Create(CultureInfo.InvariantCulture, $"{address.Address}:{port}") : address.ToString();

    private static ReadOnlySpan<char> HostOf(string address) => address.AsSpan(0, Math.Max(0, address.LastIndexOf(':')));

    private sealed record OwnConnection(PeerName Remote, string Address, bool Outbound);
}
