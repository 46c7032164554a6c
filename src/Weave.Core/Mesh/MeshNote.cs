namespace Weave.Core.Mesh;

/// <summary>Kinds of event that the mesh router reports for the log.</summary>
public enum MeshNote
{
    ConnectionAdded,
    ConnectionEstablished,
    ConnectionClosed,
    ConnectionRefused,

    /// <summary>The other end does not answer at present.</summary>
    ConnectionDoubted,
    DialFailed,
    GossipFault,
    PeerDiscovered,
    PeerForgotten,
    NameCollision,
    ShortIdChanged,

    /// <summary>A message that would harm an original peer was not sent (docs/wire/mesh.md §8).</summary>
    MessageWithheld,
}
