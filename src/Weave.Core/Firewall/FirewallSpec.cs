using Weave.Wire.Primitives;

namespace Weave.Core.Firewall;

/// <summary>What the rules depend on.</summary>
/// <remarks>Protocol section 7.4.</remarks>
public sealed record FirewallSpec
{
    public string WeaveBridge { get; init; } = "weave";

    /// <summary>Empty without Docker.</summary>
    public string DockerBridge { get; init; } = "";

    public Ipv4Address DockerBridgeAddress { get; init; }

    /// <summary>Port of the router; the next one is the fast datapath's.</summary>
    public int Port { get; init; } = 6783;

    /// <summary>TCP port of the control API on 127.0.0.1; null when it has none.</summary>
    public int? ControlPort { get; init; }

    /// <summary>TCP ports of status and metrics on 127.0.0.1.</summary>
    public IReadOnlyList<int> StatusPorts { get; init; } = [];

    /// <summary>
    /// Links that containers are behind: bridges of Docker and ours. Nothing that comes from there reaches the ports of a
    /// router, on this host or on others, which would take it for this host's own.
    /// </summary>
    public IReadOnlyList<string> ContainerBridges { get; init; } = [];

    /// <summary>Further TCP ports of ours that containers do not reach.</summary>
    public IReadOnlyList<int> ClosedToContainers { get; init; } = [];

    /// <summary>The kernel keeps no connections for packets of the fast datapath's tunnel, each flow of which would be one.</summary>
    public bool UntrackedTunnel { get; init; }

    /// <summary>A policy controller fills chains of its own, and what they do not accept is dropped.</summary>
    public bool ExpectPolicy { get; init; }

    /// <summary>Traffic to containers of this host keeps its source (set <see cref="FirewallNames.LocalSet"/>).</summary>
    public bool NoMasqueradeLocal { get; init; }

    /// <summary>Another bridge than Docker's at whose address names are served; empty for none.</summary>
    public string DnsBridge { get; init; } = "";

    /// <summary>Null where names are served as they always were.</summary>
    public DnsRedirection? Dns { get; init; }

    public IReadOnlyList<Exposure> Exposures { get; init; } = [];
}
