using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Linux.Bpf;

/// <summary>The tables by which the datapath programs forward. Each call is one atomic change.</summary>
public interface IDatapathTables
{
    /// <summary>Our own short id; forwarding begins with the first call.</summary>
    void SetSelf(ShortId self);

    /// <summary>Which frames of containers do not skip the bridge, because the host has rules that are asked only there.</summary>
    void SetBridged(BridgedFrames frames);

    void SetRoute(ShortId destination, DatapathRoute route);

    /// <summary>Null removes it: nothing is sent to it any more.</summary>
    void SetNeighbour(ShortId id, DatapathNeighbour? neighbour);

    /// <summary>
    /// Who sends from an address; null removes it, and packets from there are dropped.
    /// <see cref="SharedSource"/> when several neighbours have it.
    /// </summary>
    void SetSource(Ipv4Address address, ushort? neighbour);

    /// <summary>To whom frames that <paramref name="source"/> flooded are passed on; null removes the list.</summary>
    void SetHops(ShortId source, DatapathHops? hops);

    /// <summary>
    /// Where alone these addresses may be: index of the container's port, or 0 for the host. Frames with one that come from
    /// elsewhere are dropped, and where one was learned wrongly is forgotten.
    /// </summary>
    void SetOwners(IReadOnlyDictionary<MacAddress, int> owners);

    /// <summary>Forgets every address for which <paramref name="forget"/> says so.</summary>
    /// <returns>How many.</returns>
    int ForgetMacs(Func<DatapathMac, bool> forget);

    /// <summary>In place of one neighbour's id, where an address belongs to more than one.</summary>
    const ushort SharedSource = 0xffff;
}
