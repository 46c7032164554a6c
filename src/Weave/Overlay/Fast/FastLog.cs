using Microsoft.Extensions.Logging;
using Weave.Wire.Primitives;

namespace Weave.Overlay.Fast;

/// <summary>Messages of the fast datapath: ids 450 to 499.</summary>
internal static partial class FastLog
{
    [LoggerMessage(450, LogLevel.Information, "Fast datapath on {Device}, MTU {Mtu}, {How}")]
    public static partial void Opened(this ILogger logger, string device, int mtu, string how);

    [LoggerMessage(451, LogLevel.Warning, "No fast datapath, using the user-space overlay: {Reason}")]
    public static partial void Unavailable(this ILogger logger, string reason);

    [LoggerMessage(452, LogLevel.Debug, "fastdp ->[{Peer}] heartbeat not sent: {Reason}")]
    public static partial void HeartbeatNotSent(this ILogger logger, PeerName peer, string reason);

    [LoggerMessage(453, LogLevel.Information, "fastdp ->[{Peer}] moved to {Address}")]
    public static partial void RemoteMoved(this ILogger logger, PeerName peer, Ipv4Address address);

    [LoggerMessage(454, LogLevel.Error, "The tables of the fast datapath could not be written, trying again: {Reason}")]
    public static partial void ApplyFailed(this ILogger logger, string reason);

    [LoggerMessage(455, LogLevel.Debug, "MAC {Mac} moved from peer {From} to peer {To}")]
    public static partial void MacMoved(this ILogger logger, MacAddress mac, ShortId from, ShortId to);

    [LoggerMessage(456, LogLevel.Debug, "Container port {Port} skips the bridge")]
    public static partial void PortAttached(this ILogger logger, string port);

    [LoggerMessage(457, LogLevel.Debug, "Container port {Port} goes through the bridge: {Reason}")]
    public static partial void PortNotAttached(this ILogger logger, string port, string reason);

    [LoggerMessage(458, LogLevel.Debug, "Forgot {Count} MAC addresses that were silent")]
    public static partial void MacsExpired(this ILogger logger, int count);

    [LoggerMessage(459, LogLevel.Error, "What an earlier run left of the fast datapath could not be removed, frames may arrive twice: {Reason}")]
    public static partial void NotRemoved(this ILogger logger, string reason);

    [LoggerMessage(460, LogLevel.Debug, "Could not look at the container ports: {Reason}")]
    public static partial void PortsNotSeen(this ILogger logger, string reason);
}
