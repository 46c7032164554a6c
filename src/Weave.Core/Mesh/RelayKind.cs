namespace Weave.Core.Mesh;

/// <summary>How something is passed on.</summary>
internal enum RelayKind
{
    /// <summary>New to us: tag 4, to random neighbours and to all that have few others to hear it from.</summary>
    News,

    /// <summary>Complete state, every now and then: tag 4, to random neighbours.</summary>
    Repair,

    /// <summary>Along the originator's tree: tag 6.</summary>
    Broadcast,
}
