using Weave.Wire.Primitives;

namespace Weave.Wire.Vxlan;

/// <summary>Where the datapath programs send frames for one peer.</summary>
/// <remarks>Map <c>weave_routes</c>, bpf/maps.h: 0 nobody owns the id, 65535 no way, else the neighbour's short id + 1.</remarks>
public readonly record struct DatapathRoute(uint Code)
{
    /// <summary>Nobody owns the short id: frames from or to it are dropped.</summary>
    public static readonly DatapathRoute Unknown;

    /// <summary>A known peer that cannot be reached now. Frames from it are taken, none are sent to it.</summary>
    public static readonly DatapathRoute None = new(0xffff);

    /// <summary>The next hop, when there is one.</summary>
    public ShortId? Neighbour => this == Unknown || this == None ? null : new ShortId((ushort)(Code - 1));

    public static DatapathRoute Via(ShortId neighbour) => new(neighbour.Value + 1u);

    public override string ToString() => this == Unknown ? "unknown" : this == None ? "none" : $"via {Neighbour}";
}
