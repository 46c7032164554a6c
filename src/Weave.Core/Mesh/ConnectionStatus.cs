using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>One of our connections, for status.</summary>
/// <param name="Id">Our handle; ask the overlays with it what carries the data.</param>
/// <param name="Address">The dialled address if outbound, else the remote end.</param>
/// <param name="Outbound">We dialled.</param>
/// <param name="Established">The overlay is up; else <c>pending</c>.</param>
/// <param name="Lingering">The control connection is gone, data goes on.</param>
/// <param name="Remote">The neighbour.</param>
/// <param name="RemoteNickname">Its nickname.</param>
/// <param name="Encrypted">Null without a password; false when both sides trust the network between them.</param>
/// <param name="ProtocolVersion">1 or 2.</param>
/// <param name="BytesReceived">On the control connection.</param>
/// <param name="BytesSent">On the control connection.</param>
public sealed record ConnectionStatus(
    ConnectionId Id,
    string Address,
    bool Outbound,
    bool Established,
    bool Lingering,
    PeerName Remote,
    string RemoteNickname,
    bool? Encrypted,
    int ProtocolVersion,
    long BytesReceived,
    long BytesSent);
