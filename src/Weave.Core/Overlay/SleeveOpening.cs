namespace Weave.Core.Overlay;

/// <summary>What became of a datagram.</summary>
public enum SleeveOpening
{
    /// <summary>Authentic and new: its frames may be used.</summary>
    Opened,

    /// <summary>Too short for its headers.</summary>
    TooShort,

    /// <summary>Not made with our key, or changed on the way.</summary>
    Forged,

    /// <summary>Seen before, or too old to say.</summary>
    Replayed,
}
