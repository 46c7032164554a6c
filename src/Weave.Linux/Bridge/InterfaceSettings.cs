namespace Weave.Linux.Bridge;

/// <summary>Kernel settings of interfaces on our network (docs/operations.md).</summary>
public static class InterfaceSettings
{
    /// <summary>Containers move: a neighbour entry is doubted after about 5 s and asked about once, not after half a minute.</summary>
    public static IReadOnlyList<(string Key, string Value)> NeighbourCache(string link) =>
    [
        ($"net/ipv4/neigh/{link}/base_reachable_time", "5"),
        ($"net/ipv4/neigh/{link}/delay_first_probe_time", "2"),
        ($"net/ipv4/neigh/{link}/ucast_solicit", "1"),
    ];

    /// <summary>A container must not be able to configure the host by router advertisements.</summary>
    public static (string Key, string Value) NoRouterAdvertisements(string link) => ($"net/ipv6/conf/{link}/accept_ra", "0");
}
