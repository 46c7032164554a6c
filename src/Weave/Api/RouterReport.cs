using System.Text.Json.Serialization;

namespace Weave.Api;

/// <summary>The mesh and the data plane of this peer.</summary>
public sealed record RouterReport
{
    public string Protocol { get; init; } = "weave";

    public int ProtocolMinVersion { get; init; } = 1;

    public int ProtocolMaxVersion { get; init; } = 2;

    public bool Encryption { get; init; }

    public bool PeerDiscovery { get; init; }

    public string Name { get; init; } = "";

    public string NickName { get; init; } = "";

    public int Port { get; init; }

    public IReadOnlyList<PeerReport>? Peers { get; init => field = Lists.OrNull(value); }

    public IReadOnlyList<UnicastRouteReport>? UnicastRoutes { get; init => field = Lists.OrNull(value); }

    public IReadOnlyList<BroadcastRouteReport>? BroadcastRoutes { get; init => field = Lists.OrNull(value); }

    public IReadOnlyList<ConnectionReport>? Connections { get; init => field = Lists.OrNull(value); }

    public ulong TerminationCount { get; init; }

    public IReadOnlyList<string>? Targets { get; init => field = Lists.OrNull(value); }

    /// <summary>For each overlay by name; null for those that have nothing to say.</summary>
    public IReadOnlyDictionary<string, OverlayReport?>? OverlayDiagnostics { get; init; }

    public IReadOnlyList<string> TrustedSubnets { get; init; } = [];

    public string Interface { get; init; } = "";

    public IReadOnlyDictionary<string, long>? CaptureStats { get; init; }

    public IReadOnlyList<MacReport>? MACs { get; init => field = Lists.OrNull(value); }

    /// <summary>What is wrong with the mesh, in words. Ours; absent when nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Problems { get; init; }
}
