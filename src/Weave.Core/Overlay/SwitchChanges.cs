namespace Weave.Core.Overlay;

/// <summary>What an event changed about a connection's overlays.</summary>
[Flags]
public enum SwitchChanges
{
    None = 0,

    /// <summary>A first overlay works: the connection counts as established.</summary>
    Established = 1,

    /// <summary><see cref="OverlaySwitch.Best"/> is another one now.</summary>
    BestChanged = 2,

    /// <summary>No overlay is left that could carry anything: the connection has failed.</summary>
    NoneLeft = 4,
}
