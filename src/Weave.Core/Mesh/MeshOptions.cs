using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>What a mesh router is told once, when it is made.</summary>
public sealed record MeshOptions
{
    public required PeerName Self { get; init; }

    /// <summary>Random and not zero: tells this incarnation from earlier ones.</summary>
    public required ulong Uid { get; init; }

    /// <summary>Random; another is chosen when a peer of a lower name has the same.</summary>
    public required ShortId ShortId { get; init; }

    public string Nickname { get; init; } = "";

    /// <summary>TCP port on which peers listen unless their address says otherwise.</summary>
    public int Port { get; init; } = 6783;

    /// <summary>Null for no encryption.</summary>
    public string? Password { get; init; }

    public byte MinProtocolVersion { get; init; } = 1;

    public byte MaxProtocolVersion { get; init; } = 2;

    /// <summary>Most connections to have; 0 for no limit.</summary>
    public int ConnectionLimit { get; init; } = 200;

    /// <summary>Connect to peers that others tell of.</summary>
    public bool Discovery { get; init; } = true;

    public IReadOnlyList<Ipv4Cidr> TrustedSubnets { get; init; } = [];

    /// <summary>Features that the overlays announce in the handshake.</summary>
    public IReadOnlyDictionary<string, string> OverlayFeatures { get; init; } = new Dictionary<string, string>();

    /// <summary>How often complete state goes to random neighbours (docs/wire/mesh.md §1.12).</summary>
    public TimeSpan GossipInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Behave as an original peer also where ours does better: a fault in gossip closes the connection, data stops with
    /// the control connection, a namesake is not refused. For measuring against.
    /// </summary>
    public bool OriginalRules { get; init; }
}
