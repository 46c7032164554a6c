using Weave.Wire.Gob;

namespace Weave.Wire.Mesh;

/// <summary>The two types of which a topology payload holds one value each per peer.</summary>
/// <remarks>docs/wire/mesh.md §1.13.</remarks>
internal static class TopologyTypes
{
    internal const int PeerNameByte = 0;
    internal const int PeerNickName = 1;
    internal const int PeerUid = 2;
    internal const int PeerVersion = 3;
    internal const int PeerShortId = 4;
    internal const int PeerHasShortId = 5;

    internal const int LinkNameByte = 0;
    internal const int LinkRemoteTcpAddr = 1;
    internal const int LinkOutbound = 2;
    internal const int LinkEstablished = 3;

    internal static readonly GobType Peer = GobType.Struct(
        "peerSummary",
        ("NameByte", GobType.Bytes),
        ("NickName", GobType.String),
        ("UID", GobType.UInt),
        ("Version", GobType.UInt),
        ("ShortID", GobType.UInt),
        ("HasShortID", GobType.Bool));

    internal static readonly GobType Links = GobType.SliceOf(GobType.Struct(
        "connectionSummary",
        ("NameByte", GobType.Bytes),
        ("RemoteTCPAddr", GobType.String),
        ("Outbound", GobType.Bool),
        ("Established", GobType.Bool)));

    internal static readonly GobSchema Schema = new(Peer, Links);
}
