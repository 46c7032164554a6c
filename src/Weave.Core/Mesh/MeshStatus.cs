using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>The mesh as this peer sees it: a copy, safe to keep and to read anywhere.</summary>
/// <remarks>Protocol section 6.2.</remarks>
public sealed record MeshStatus
{
    public required PeerName Name { get; init; }

    public required string Nickname { get; init; }

    public required int Port { get; init; }

    public required int ProtocolMinVersion { get; init; }

    public required int ProtocolMaxVersion { get; init; }

    public required bool Encryption { get; init; }

    public required bool Discovery { get; init; }

    public required IReadOnlyList<Ipv4Cidr> TrustedSubnets { get; init; }

    /// <summary>Every known peer, ourselves included, ascending.</summary>
    public required IReadOnlyList<PeerRecord> Peers { get; init; }

    /// <summary>Routes of data, ascending by destination.</summary>
    public required IReadOnlyList<UnicastRoute> UnicastRoutes { get; init; }

    /// <summary>Broadcast lists that were used so far, ascending by source.</summary>
    public required IReadOnlyList<BroadcastRoute> BroadcastRoutes { get; init; }

    /// <summary>Our connections, in order of their making; lingering ones last.</summary>
    public required IReadOnlyList<ConnectionStatus> Connections { get; init; }

    /// <summary>Addresses that we connect to or try to.</summary>
    public required IReadOnlyList<TargetStatus> Attempts { get; init; }

    /// <summary>Configured targets as given, ascending.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>Connections that ended since the start.</summary>
    public required int TerminationCount { get; init; }

    public required IReadOnlyList<ChannelStatus> Channels { get; init; }

    /// <summary>Why another machine was taken to have a name that is in use; null when none was.</summary>
    public required string? NameCollision { get; init; }

    public required long BytesReceived { get; init; }

    public required long BytesSent { get; init; }
}
