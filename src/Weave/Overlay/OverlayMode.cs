namespace Weave.Overlay;

/// <summary>What switches frames on this host. Decided once, at start.</summary>
/// <param name="FastDatapath">
/// The kernel does (and makes the bridge), and sleeve only carries what it is handed; otherwise sleeve is a port of the bridge.
/// </param>
internal sealed record OverlayMode(bool FastDatapath);
