namespace Weave.Core.Mesh;

/// <summary>How far a connection is.</summary>
internal enum ConnectionPhase
{
    Dialling,
    Handshaking,

    /// <summary>Listed in the topology; its overlay is not up yet.</summary>
    Registered,

    /// <summary>Carries data.</summary>
    Established,
}
