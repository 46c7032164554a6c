namespace Weave.Core.Mesh;

/// <summary>How an attempt, or the connection it led to, ended.</summary>
public enum TargetEnd
{
    /// <summary>Could not connect, or was closed; try again later.</summary>
    Failed,

    /// <summary>Somebody there has our name: never try this address again.</summary>
    NameCollision,

    /// <summary>We reached ourselves: never try this address again.</summary>
    ConnectedToSelf,
}
