using System.Net;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Simulation;

/// <summary>A host of the simulated world and the peer that runs on it.</summary>
public sealed class SimulatedPeer
{
    private readonly World _world;

    internal SimulatedPeer(World world, int number, PeerName name, IPAddress address)
    {
        _world = world;
        Number = number;
        Name = name;
        Address = HomeAddress = address;
    }

    /// <summary>Counts from 0 in order of making.</summary>
    public int Number { get; }

    public PeerName Name { get; }

    public IPAddress Address { get; internal set; }

    /// <summary>The address that it was made with.</summary>
    internal IPAddress HomeAddress { get; }

    /// <summary>The present incarnation; a new one after each restart.</summary>
    public MeshRouter Router { get; internal set; } = null!;

    public bool IsRunning { get; internal set; }

    /// <summary>When the present incarnation began.</summary>
    public TimeSpan StartedAt { get; internal set; }

    /// <summary>What the wall clock of this host is off by.</summary>
    public TimeSpan ClockError { get; set; }

    /// <summary>Whatever <see cref="WorldOptions.Attach"/> wants to find again, by name.</summary>
    public Dictionary<string, object> Attachments { get; } = [];

    /// <summary>The routes that the data plane has.</summary>
    public RoutesSnapshot? DataRoutes { get; internal set; }

    /// <summary>Sent on control connections, over all incarnations.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>Spent in this peer's machines, when measured.</summary>
    public TimeSpan Cpu { get; internal set; }

    /// <summary>What the router found worth a log line.</summary>
    public IReadOnlyList<MeshEffect.Note> Notes => NoteList;

    internal List<MeshEffect.Note> NoteList { get; } = [];

    internal int Incarnation { get; set; }

    internal TimeSpan WakeAt { get; set; } = TimeSpan.MaxValue;

    internal TimeSpan StoppedUntil { get; set; }

    internal Dictionary<ConnectionId, SimulatedLink> Links { get; } = [];

    /// <summary>Connections whose overlay runs here, lingering ones too.</summary>
    internal Dictionary<ConnectionId, SimulatedLink> Overlays { get; } = [];

    internal List<DirectTarget> Targets { get; } = [];

    /// <summary>The present as this host sees it.</summary>
    public Moment Now => new(_world.Now, World.Epoch + (long)(_world.Now + ClockError).TotalSeconds);

    public MeshStatus Status => Router.Status(Now);

    /// <summary>
    /// Runs a piece of work in this peer, as its control loop would: call channels and the router in it, and what they
    /// ask for is carried out afterwards.
    /// </summary>
    public void Run(Action<Moment> work) => _world.Step(this, work);

    /// <summary>Starts counting bytes and time anew.</summary>
    internal void ResetFigures()
    {
        BytesSent = 0;
        Cpu = TimeSpan.Zero;
    }

    public override string ToString() => $"peer {Number} ({Name})";
}
