using Weave.Wire.Primitives;

namespace Weave.Core.Overlay.Datapath;

/// <summary>What a <see cref="FastForwarder"/> wants done. A closed set.</summary>
public abstract record FastForwarderEffect
{
    private FastForwarderEffect()
    {
    }

    /// <summary>Send a heartbeat; it says <paramref name="Hearing"/>.</summary>
    public sealed record SendHeartbeat(Wire.Vxlan.Hearing Hearing) : FastForwarderEffect;

    /// <summary>Tell the other end that its first heartbeat came (control tag 0).</summary>
    public sealed record Acknowledge : FastForwarderEffect;

    public sealed record Established : FastForwarderEffect;

    /// <summary>The path does not work now (true), or works again (false).</summary>
    public sealed record Hold(bool Held) : FastForwarderEffect;

    /// <summary>The other end sends from another address: reach it there.</summary>
    public sealed record RemoteMoved(Ipv4Address Address) : FastForwarderEffect;

    /// <summary>The other end sends from an address that it is not reached at: take what comes from there.</summary>
    public sealed record SourceFound(Ipv4Address Address) : FastForwarderEffect;
}
