using Weave.Core.Mesh;

namespace Weave.Simulation;

/// <summary>What the network between simulated peers is like.</summary>
public sealed record WorldOptions
{
    /// <summary>One way.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Of each connection.</summary>
    public double BytesPerSecond { get; init; } = 125e6;

    /// <summary>Share of writes that get lost at first: TCP sends them again, so they come late and hold up what follows.</summary>
    public double Loss { get; init; }

    /// <summary>How late a lost write comes.</summary>
    public TimeSpan Retransmission { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Silence on an overlay before it gives up.</summary>
    public TimeSpan OverlayTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Peers behave as original ones, for comparison.</summary>
    public bool OriginalRules { get; init; }

    public bool Discovery { get; init; }

    public int ConnectionLimit { get; init; } = 200;

    /// <summary>Adjusts what a router is made with.</summary>
    public Func<MeshOptions, MeshOptions> Configure { get; init; } = options => options;

    /// <summary>
    /// Called for every router that is made, at the start of a peer and at each restart, before anything happens to it:
    /// the place to join channels with <see cref="MeshRouter.AddChannel{T}"/>.
    /// </summary>
    public Action<SimulatedPeer> Attach { get; init; } = _ => { };

    /// <summary>Measure the time spent in each peer (not part of the trace).</summary>
    public bool MeasureCpu { get; init; }
}
