namespace Weave.Wire.Mesh;

/// <summary>First byte of a message.</summary>
/// <remarks>docs/wire/mesh.md §1.10.</remarks>
public enum MessageTag : byte
{
    Heartbeat = 0,

    /// <summary>Sleeve without the overlay switch: a heartbeat was seen.</summary>
    SleeveEstablished = 1,

    /// <summary>Sleeve without the overlay switch: the fragmentation test arrived.</summary>
    SleeveFragmentationReceived = 2,

    /// <summary>Sleeve without the overlay switch: a frame of this size arrived.</summary>
    SleeveMtuVerified = 3,

    Gossip = 4,
    Unicast = 5,
    Broadcast = 6,

    /// <summary>Forwarder index (1), tag of that overlay (1), its data.</summary>
    OverlayControl = 7,
}
