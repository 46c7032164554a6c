using System.Net;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>What the data plane needs to know of a connection whose handshake is done.</summary>
/// <param name="Id">Our handle.</param>
/// <param name="Uid">XOR of both sides' ConnIDs: equal on both sides, carried by overlay heartbeats.</param>
/// <param name="Self">Our name.</param>
/// <param name="Remote">The neighbour's name.</param>
/// <param name="SelfShortId">Our short id at the time; it may change later.</param>
/// <param name="RemoteShortId">The neighbour's, when it announced one.</param>
/// <param name="Outbound">We dialled.</param>
/// <param name="LocalAddress">Our end of the TCP connection.</param>
/// <param name="RemoteAddress">The other end of the TCP connection.</param>
/// <param name="SessionKey">32 bytes; null when data is to travel in the clear (no password, or trust on both sides).</param>
/// <param name="RemoteOverlays">The <c>Overlays</c> feature, in the sender's order; null when absent (bare sleeve).</param>
/// <param name="RemoteFeatures">All features of the neighbour, for keys that original peers do not know.</param>
/// <param name="LocalFeatures">All features that we announced on this connection.</param>
/// <param name="ProtocolVersion">1 or 2.</param>
public sealed record OverlayConnection(
    ConnectionId Id,
    ulong Uid,
    PeerName Self,
    PeerName Remote,
    ShortId SelfShortId,
    ShortId? RemoteShortId,
    bool Outbound,
    IPEndPoint LocalAddress,
    IPEndPoint RemoteAddress,
    byte[]? SessionKey,
    IReadOnlyList<string>? RemoteOverlays,
    IReadOnlyDictionary<string, string> RemoteFeatures,
    IReadOnlyDictionary<string, string> LocalFeatures,
    int ProtocolVersion);
