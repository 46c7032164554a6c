using Weave.Wire.Primitives;

namespace Weave.Wire.Vxlan;

/// <summary>VXLAN network identifier: the end peers of a frame, which relays leave alone.</summary>
/// <remarks>24 bits, docs/wire/vxlan.md §1: destination short id (12) | source short id (12).</remarks>
public readonly record struct Vni(uint Value)
{
    public Vni(ShortId source, ShortId destination)
        : this(((uint)destination.Value << ShortId.Bits) | source.Value)
    {
    }

    public ShortId Source => new((ushort)(Value & (ShortId.Count - 1)));

    public ShortId Destination => new((ushort)((Value >> ShortId.Bits) & (ShortId.Count - 1)));
}
