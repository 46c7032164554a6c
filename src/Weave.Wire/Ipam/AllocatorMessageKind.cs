namespace Weave.Wire.Ipam;

/// <summary>First byte of a unicast on the channel. Original peers hang on any other value.</summary>
/// <remarks>docs/wire/ipam.md §5.</remarks>
public enum AllocatorMessageKind : byte
{
    /// <summary>Give me addresses in this range.</summary>
    SpaceRequest = 0,

    /// <summary>My state.</summary>
    RingUpdate = 1,

    /// <summary>I have nothing free in this range.</summary>
    SpaceDenied = 2,
}
