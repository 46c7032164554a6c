using System.Globalization;

namespace Weave.Core.Firewall;

/// <summary>
/// Rules that keep containers from the ports of routers. What a container sends elsewhere leaves with its host's address,
/// by which a router knows a neighbour; so it could join a mesh without a password, and send frames by the tunnel.
/// </summary>
/// <remarks>
/// In mangle, after any translation of the destination, and before all that anybody accepts in filter. What containers send
/// to each other through the bridge that they share is theirs.
/// </remarks>
internal static class DoorRules
{
    private const int FirstOfNobodyElse = 1024;

    internal static IReadOnlyList<(string Chain, IReadOnlyList<string> Rules)> Chains(FirewallSpec spec) =>
    [
        (FirewallNames.DoorsChain, [.. spec.ContainerBridges.Select(bridge => $"-i {bridge} -j DROP")]),
        (FirewallNames.DoorsBeyondChain, [.. spec.ContainerBridges.Select(bridge => $"-i {bridge} ! -o {bridge} -j DROP")]),
    ];

    internal static IEnumerable<(string Chain, string Rule)> Jumps(FirewallSpec spec) =>
    [
        .. Ports(spec, spec.ClosedToContainers).Select(ports => ("INPUT", $"{ports} -j {FirewallNames.DoorsChain}")),
        .. Beyond(spec).Select(ports => ("FORWARD", $"{ports} -j {FirewallNames.DoorsBeyondChain}")),
    ];

    /// <summary>Of other hosts' routers we know that they have our ports. Ports of the world's services stay open: a mesh may have been given one.</summary>
    private static IEnumerable<string> Beyond(FirewallSpec spec) =>
        spec.Port < FirstOfNobodyElse ? [] : Ports(spec, spec.ClosedToContainers.Where(port => Math.Abs(port - spec.Port) == 1));

    private static IEnumerable<string> Ports(FirewallSpec spec, IEnumerable<int> further) =>
    [
        .. further.Append(spec.Port).Distinct().Order().Select(port => string.Create(CultureInfo.InvariantCulture, $"-p tcp -m tcp --dport {port}")),
        string.Create(CultureInfo.InvariantCulture, $"-p udp -m udp --dport {spec.Port}:{spec.Port + 1}"),
    ];
}
