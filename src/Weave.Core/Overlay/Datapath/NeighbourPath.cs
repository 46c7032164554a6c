using Weave.Wire.Primitives;

namespace Weave.Core.Overlay.Datapath;

/// <summary>How a neighbour can be reached by the fast datapath.</summary>
/// <param name="ShortId">The id that it announced; the topology's word on who owns it goes first.</param>
/// <param name="Address">Where its tunnel ends.</param>
/// <param name="Device">Kernel index of the VXLAN device for its port; 0 for the one on the bridge.</param>
/// <param name="Carries">Frames go to it over VXLAN now; otherwise user space carries them.</param>
public readonly record struct NeighbourPath(ShortId ShortId, Ipv4Address Address, int Device, bool Carries)
{
    /// <summary>Where it sends from, if not from its address.</summary>
    public Ipv4Address? Source { get; init; }
}
