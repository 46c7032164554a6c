namespace Weave.Wire.Vxlan;

/// <summary>What a heartbeat says of the way back, in a byte that original peers leave zero and do not look at.</summary>
/// <remarks>docs/wire/vxlan.md §2.</remarks>
public enum Hearing : byte
{
    /// <summary>An original peer: it says nothing.</summary>
    Unsaid = 0,

    /// <summary>Heartbeats of the receiver arrive at the sender.</summary>
    Heard = 1,

    /// <summary>None arrived lately.</summary>
    NotHeard = 2,
}
