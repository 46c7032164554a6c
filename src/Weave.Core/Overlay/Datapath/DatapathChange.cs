using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Core.Overlay.Datapath;

/// <summary>One atomic change of the tables. A closed set: the shell carries out each, in order.</summary>
public abstract record DatapathChange
{
    private DatapathChange()
    {
    }

    public sealed record SetSelf(ShortId Id) : DatapathChange;

    public sealed record SetNeighbour(ShortId Id, DatapathNeighbour? To) : DatapathChange;

    public sealed record SetSource(Ipv4Address Address, ushort? To) : DatapathChange;

    public sealed record SetRoute(ShortId Destination, DatapathRoute To) : DatapathChange;

    public sealed record SetHops(ShortId Source, DatapathHops? To) : DatapathChange;

    /// <summary>MAC addresses learned at these ids are worthless: the id went away or is another peer's now.</summary>
    public sealed record ForgetMacs(IReadOnlySet<ShortId> Peers) : DatapathChange;
}
