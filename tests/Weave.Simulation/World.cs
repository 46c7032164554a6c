using System.Net;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Simulation;

/// <summary>
/// Many mesh routers, a network and a clock in one thread. What peers say is really encoded and decoded. The same seed
/// and the same calls give the same run, which <see cref="Trace"/> shows.
/// </summary>
/// <remarks>README.md tells how to join channels and write a scenario.</remarks>
public sealed partial class World
{
    /// <summary>Wall clock at the start, in Unix seconds.</summary>
    public const long Epoch = 1_700_000_000;

    private const int Port = 6783;

    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _agenda = new();
    private readonly Dictionary<IPAddress, SimulatedPeer> _hosts = [];
    private readonly List<SimulatedPeer> _peers = [];
    private readonly Dictionary<string, IReadOnlyList<IPAddress>> _names = [];
    private readonly List<MeshEffect> _effects = [];
    private readonly SeededRandom _random;
    private readonly TraceHash _trace = new();
    private Func<SimulatedPeer, SimulatedPeer, bool> _reaches = (_, _) => true;
    private long _order;
    private int _ephemeralPort = 32768;

    public World(ulong seed, WorldOptions? options = null)
    {
        _random = new SeededRandom(seed);
        Options = options ?? new WorldOptions();
    }

    public WorldOptions Options { get; }

    public TimeSpan Now { get; private set; }

    /// <summary>In order of making.</summary>
    public IReadOnlyList<SimulatedPeer> Peers => _peers;

    /// <summary>Those that run.</summary>
    public IEnumerable<SimulatedPeer> Running => _peers.Where(peer => peer.IsRunning);

    /// <summary>Condenses the run so far.</summary>
    public ulong Trace => _trace.Value;

    /// <summary>The dice of the scenario: from the seed.</summary>
    public IRandom Dice => _random;

    /// <summary>Steps made so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Makes a host and starts a peer on it. Names ascend with the number unless one is given.</summary>
    public SimulatedPeer AddPeer(PeerName? name = null)
    {
        int number = _peers.Count;
        IPAddress address = new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        SimulatedPeer peer = new(this, number, name ?? new PeerName((ulong)number + 1), address);
        _peers.Add(peer);
        _hosts.Add(address, peer);
        Start(peer);
        return peer;
    }

    /// <summary>Configures <paramref name="from"/> to connect to <paramref name="to"/>, now and after each restart.</summary>
    public static void Connect(SimulatedPeer from, params IEnumerable<SimulatedPeer> to)
    {
        List<DirectTarget> targets = [.. to.Select(peer => new DirectTarget(peer.Address.ToString(), new IPEndPoint(peer.Address, 0)))];
        from.Targets.AddRange(targets);
        from.Run(now => from.Router.Connect(now, targets, replace: false));
    }

    /// <summary>The same by a name, which <see cref="Name"/> gives a meaning.</summary>
    public static void ConnectByName(SimulatedPeer from, string name)
    {
        DirectTarget target = DirectTarget.Named(name, name, 0);
        from.Targets.Add(target);
        from.Run(now => from.Router.Connect(now, [target], replace: false));
    }

    /// <summary>An overlay runs at both ends of two neighbours and reaches.</summary>
    public bool DataFlows(SimulatedPeer a, SimulatedPeer b) => a.Overlays.Values.Any(link =>
        link.Other(link.Of(a)).Peer == b && Reaches(link) && link.Dialler is { IsAlive: true, OverlayRuns: true } && link.Acceptor is { IsAlive: true, OverlayRuns: true });

    /// <summary>Has a peer say something on all its control connections that its router never would.</summary>
    /// <param name="from">Who speaks.</param>
    /// <param name="message">Tag and contents of a message.</param>
    public static void Say(SimulatedPeer from, byte[] message)
    {
        foreach (ConnectionId id in from.Links.Keys.ToList())
        {
            from.Run(_ => from.Router.SendOverlayControl(id, message[0], message.AsSpan(1)));
        }
    }

    /// <summary>Kills the peer. Its connections break at once, or with <paramref name="silently"/> only by time-outs.</summary>
    public void Kill(SimulatedPeer peer, bool silently = false)
    {
        peer.IsRunning = false;
        peer.DataRoutes = null;
        foreach (SimulatedLink link in peer.Links.Values.ToList())
        {
            link.Of(peer).Open = false;
            if (!silently)
            {
                Reset(link, link.Other(link.Of(peer)));
            }
            else
            {
                WatchAnswers(link);
            }
        }

        foreach (SimulatedLink link in peer.Overlays.Values)
        {
            GiveUpOverlay(link);
        }

        peer.Links.Clear();
        peer.Overlays.Clear();
    }

    /// <summary>Stops the process for so long: what comes waits in the kernel, what is due is late.</summary>
    public void Stop(SimulatedPeer peer, TimeSpan duration) => peer.StoppedUntil = Now + duration;

    /// <summary>Starts a peer that was killed, as a new incarnation with its old targets.</summary>
    public void Start(SimulatedPeer peer)
    {
        peer.Incarnation++;
        peer.IsRunning = true;
        peer.StartedAt = Now;
        peer.WakeAt = TimeSpan.MaxValue;
        peer.StoppedUntil = TimeSpan.Zero;
        peer.Attachments.Clear();
        MeshOptions options = new()
        {
            Self = peer.Name,
            Uid = _random.NextUInt64() | 1,
            ShortId = new ShortId((ushort)_random.Next(ShortId.Count)),
            Nickname = $"host{peer.Number}",
            Discovery = Options.Discovery,
            ConnectionLimit = Options.ConnectionLimit,
            OriginalRules = Options.OriginalRules,
            OverlayFeatures = new Dictionary<string, string> { ["Overlays"] = "sleeve" },
        };
        peer.Router = new MeshRouter(Options.Configure(options), new SeededRandom(_random.NextUInt64()), peer.Now);
        Options.Attach(peer);
        List<DirectTarget> targets = [.. peer.Targets];
        peer.Run(now =>
        {
            if (targets.Count > 0)
            {
                peer.Router.Connect(now, targets, replace: false);
            }
        });
    }

    /// <summary>Breaks the connections between two peers, as a middle box that resets them would.</summary>
    public void Cut(SimulatedPeer a, SimulatedPeer b)
    {
        foreach (SimulatedLink link in a.Links.Values.Where(link => link.Other(link.Of(a)).Peer == b).ToList())
        {
            Reset(link, link.Dialler);
            Reset(link, link.Acceptor);
        }
    }

    /// <summary>
    /// Breaks one end of the connections between two peers: <paramref name="told"/> sees them end, the other end is not told. Its
    /// kernel finds out after a while that nobody answers, unless <paramref name="unnoticed"/>.
    /// </summary>
    public void HalfBreak(SimulatedPeer told, SimulatedPeer other, bool unnoticed = false)
    {
        foreach (SimulatedLink link in told.Links.Values.Where(link => link.Other(link.Of(told)).Peer == other).ToList())
        {
            SimulatedLink.End end = link.Of(told);
            end.Open = false;
            told.Links.Remove(end.Id);
            Step(told, now => told.Router.OnClosed(now, end.Id, "connection timed out", byRemote: false));
            if (!unnoticed)
            {
                WatchAnswers(link);
            }
        }
    }

    /// <summary>Two hosts get each other's address. What they have open is dead, and nobody is told.</summary>
    public void SwapAddresses(SimulatedPeer a, SimulatedPeer b)
    {
        (IPAddress first, IPAddress second) = (a.Address, b.Address);
        Move(a, second);
        Move(b, first);
    }

    /// <summary>A host gets another address. What it has open is dead, and nobody is told.</summary>
    public void Move(SimulatedPeer peer, IPAddress address)
    {
        if (_hosts.GetValueOrDefault(peer.Address) == peer)
        {
            _hosts.Remove(peer.Address);
        }

        _hosts[address] = peer;
        peer.Address = address;
        foreach (SimulatedLink link in peer.Links.Values.Concat(peer.Overlays.Values).ToList())
        {
            link.IsCutOff = true;
            WatchAnswers(link);
            GiveUpOverlay(link);
        }

        Later(peer, NetworkNoticed, peer.Router.OnNetworkChanged);
    }

    /// <summary>What a name stands for from now on; empty for a name server that does not answer.</summary>
    public void Name(string name, params IReadOnlyList<IPAddress> addresses) => _names[name] = addresses;

    /// <summary>What the world and its peers hold on to: work to do, connections, overlays, entries of topologies, attempts.</summary>
    public long Held => _agenda.Count + _peers.Sum(peer =>
        (long)peer.Links.Count + peer.Overlays.Count + peer.Router.Names.Count() + peer.Status.Attempts.Count + peer.Status.Channels.Count);

    /// <summary>Drops what the routers said so far.</summary>
    internal void ForgetNotes() => _peers.ForEach(peer => peer.NoteList.Clear());

    /// <summary>From now on hosts reach each other only when <paramref name="reaches"/> says so (it must be symmetric).</summary>
    public void Partition(Func<SimulatedPeer, SimulatedPeer, bool> reaches)
    {
        _reaches = reaches;
        foreach (SimulatedPeer peer in _peers)
        {
            foreach (SimulatedLink link in peer.Overlays.Values.Where(link => link.Dialler.Peer == peer && !Reaches(link)))
            {
                GiveUpOverlay(link);
            }

            foreach (SimulatedLink link in peer.Links.Values.Where(link => link.Dialler.Peer == peer && !Reaches(link)))
            {
                WatchAnswers(link);
            }
        }
    }

    /// <summary>Everybody reaches everybody again.</summary>
    public void Heal() => _reaches = (_, _) => true;

    /// <summary>Has <paramref name="work"/> done at a time, by the scenario rather than by a peer.</summary>
    public void At(TimeSpan when, Action work) => _agenda.Enqueue(work, (when < Now ? Now : when, _order++));

    /// <summary>Lets time pass until <paramref name="done"/> holds, looking every <paramref name="every"/>.</summary>
    /// <returns>False when <paramref name="limit"/> passed first.</returns>
    public bool RunUntil(Func<bool> done, TimeSpan limit, TimeSpan? every = null)
    {
        TimeSpan end = Now + limit;
        while (!done())
        {
            if (Now >= end)
            {
                return false;
            }

            TimeSpan next = Now + (every ?? TimeSpan.FromMilliseconds(500));
            RunFor((next < end ? next : end) - Now);
        }

        return true;
    }

    public void RunFor(TimeSpan time)
    {
        TimeSpan end = Now + time;
        while (_agenda.TryPeek(out Action? work, out (TimeSpan At, long Order) when) && when.At <= end)
        {
            _agenda.Dequeue();
            Now = when.At;
            Steps++;
            work();
        }

        Now = end;
    }

    /// <summary>Every running peer has the same topology, which is exactly the running peers.</summary>
    public bool IsConverged()
    {
        List<SimulatedPeer> running = [.. Running];
        Dictionary<PeerName, (ulong Uid, ulong Version)> truth = running
            .ToDictionary(peer => peer.Name, peer => (peer.Router.SelfUid, peer.Router.SelfVersion));
        return running.TrueForAll(peer => peer.Router.Agrees(truth));
    }

    /// <summary>What keeps the world from having converged, in words.</summary>
    public IEnumerable<string> Differences()
    {
        List<SimulatedPeer> running = [.. Running];
        foreach (SimulatedPeer peer in running)
        {
            MeshStatus status = peer.Status;
            string pending = Some(status.Connections.Where(connection => !connection.Established).Select(connection => connection.Remote));
            string missing = Some(running.Select(other => other.Name).Except(status.Peers.Select(known => known.Name)));
            string stale = Some(running
                .Where(other => status.Peers.Any(known => known.Name == other.Name && known.Version != other.Router.SelfVersion))
                .Select(other => other.Name));
            if (pending.Length + missing.Length + stale.Length > 0 || status.UnicastRoutes.Count != running.Count)
            {
                yield return $"{peer}: {status.Connections.Count} connections, {status.UnicastRoutes.Count} routes; pending [{pending}] missing [{missing}] stale [{stale}]"
                    + $" faults [{string.Join("; ", status.Channels.Where(channel => channel.Faults > 0))}]";
            }
        }
    }

    private static string Some(IEnumerable<PeerName> names)
    {
        List<PeerName> all = [.. names];
        return string.Join(' ', all.Take(3)) + (all.Count > 3 ? $" and {all.Count - 3} more" : "");
    }

    internal void Step(SimulatedPeer peer, Action<Moment> work)
    {
        if (!peer.IsRunning)
        {
            return;
        }

        if (peer.StoppedUntil > Now)
        {
            Later(peer, peer.StoppedUntil - Now, work);
            return;
        }

        // Of the process, which does nothing else: what other processes take does not show.
        TimeSpan started = Options.MeasureCpu ? Environment.CpuUsage.TotalTime : default;
        work(peer.Now);
        List<MeshEffect> effects = _effects;
        effects.Clear();
        peer.Router.Drain(peer.Now, effects);
        if (Options.MeasureCpu)
        {
            peer.Cpu += Environment.CpuUsage.TotalTime - started;
        }

        foreach (MeshEffect effect in effects)
        {
            CarryOut(peer, effect);
        }

        Arm(peer);
    }

    private void Arm(SimulatedPeer peer)
    {
        TimeSpan due = peer.Router.NextDeadline;
        if (due >= peer.WakeAt)
        {
            return;
        }

        int incarnation = peer.Incarnation;
        peer.WakeAt = due;
        At(due, () =>
        {
            if (peer.Incarnation == incarnation && peer.IsRunning && peer.WakeAt == due)
            {
                peer.WakeAt = TimeSpan.MaxValue;
                Step(peer, now =>
                {
                    if (peer.Router.NextDeadline <= now.Elapsed)
                    {
                        _trace.Add((ulong)now.Elapsed.Ticks ^ peer.Name.Value);
                        peer.Router.OnDeadline(now);
                    }
                });
            }
        });
    }
}
