using Microsoft.Extensions.Logging;
using Weave.Core.Overlay;
using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>Messages of the overlay switch and of sleeve: ids 400 to 449.</summary>
internal static partial class OverlayLog
{
    [LoggerMessage(400, LogLevel.Information, "overlay_switch ->[{Peer}] using {Overlay}")]
    public static partial void Using(this ILogger logger, PeerName peer, string overlay);

    [LoggerMessage(401, LogLevel.Information, "overlay_switch ->[{Peer}] {Overlay} {Reason}")]
    public static partial void SubOverlayLost(this ILogger logger, PeerName peer, string overlay, string reason);

    [LoggerMessage(402, LogLevel.Information, "Unable to use {Overlay} for connection to {Peer}: {Reason}")]
    public static partial void CannotUse(this ILogger logger, string overlay, PeerName peer, string reason);

    [LoggerMessage(403, LogLevel.Debug, "overlay_switch ->[{Peer}] {Overlay} on hold: {Held}")]
    public static partial void Hold(this ILogger logger, PeerName peer, string overlay, bool held);

    [LoggerMessage(404, LogLevel.Debug, "overlay_switch ->[{Peer}] ignored a control message of {Length} bytes")]
    public static partial void ControlIgnored(this ILogger logger, PeerName peer, int length);

    [LoggerMessage(410, LogLevel.Information, "sleeve ->[{Peer}]: Peer UDP address changed to {Address}")]
    public static partial void Moved(this ILogger logger, PeerName peer, UnderlayEndpoint address);

    [LoggerMessage(411, LogLevel.Information, "sleeve ->[{Peer}]: Effective MTU verified at {MtuBytes}")]
    public static partial void MtuVerified(this ILogger logger, PeerName peer, int mtuBytes);

    [LoggerMessage(412, LogLevel.Critical, "sleeve: a data thread ended; without it nothing travels, so the daemon stops")]
    public static partial void DataThreadEnded(this ILogger logger, Exception failure);

    [LoggerMessage(420, LogLevel.Error, "Hairpin mode enabled on \"{Port}\"")]
    public static partial void HairpinEnabled(this ILogger logger, string port);

    [LoggerMessage(421, LogLevel.Debug, "{Device} is not called {Name} too: the kernel has no second names, or another link has this one")]
    public static partial void NoSecondName(this ILogger logger, string device, string name);

    [LoggerMessage(422, LogLevel.Warning, "Hairpin mode of the bridge's port will not be noticed: {Reason}")]
    public static partial void PortNotWatched(this ILogger logger, string reason);

    [LoggerMessage(423, LogLevel.Warning, "The MTU is {Mtu} bytes, the most that a TAP device takes: {Reason}")]
    public static partial void NoWidePort(this ILogger logger, int mtu, string reason);

    [LoggerMessage(424, LogLevel.Debug, "Could not look at what there is on the host: {Reason}")]
    public static partial void PiecesNotSeen(this ILogger logger, string reason);

    [LoggerMessage(425, LogLevel.Warning, "The kernel does not tell of changes, so what somebody takes away is back two seconds later: {Reason}")]
    public static partial void PiecesNotHeard(this ILogger logger, string reason);
}
