using Microsoft.Extensions.Logging;

namespace Weave.Mesh;

/// <summary>Messages of the mesh: ids 100 to 149.</summary>
internal static partial class MeshLog
{
    [LoggerMessage(100, LogLevel.Information, "->[{Address}|{Peer}]: {Text}")]
    public static partial void Connection(this ILogger logger, string address, string peer, string text);

    [LoggerMessage(101, LogLevel.Information, "->[{Address}|{Peer}]: connection shutting down due to error: {Reason}")]
    public static partial void ConnectionClosed(this ILogger logger, string address, string peer, string reason);

    [LoggerMessage(102, LogLevel.Information, "->[{Address}] connection shutting down due to error during handshake: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, string address, string reason);

    [LoggerMessage(103, LogLevel.Information, "->[{Address}] error during connection attempt: {Reason}")]
    public static partial void DialFailed(this ILogger logger, string address, string reason);

    [LoggerMessage(104, LogLevel.Information, "->[{Address}] attempting connection")]
    public static partial void Dialling(this ILogger logger, string address);

    [LoggerMessage(105, LogLevel.Information, "->[{Address}] connection accepted")]
    public static partial void Accepted(this ILogger logger, string address);

    [LoggerMessage(106, LogLevel.Warning, "->[{Address}|{Peer}]: gossip could not be taken, the connection goes on: {Fault}")]
    public static partial void GossipFault(this ILogger logger, string address, string peer, string fault);

    [LoggerMessage(107, LogLevel.Information, "Discovered peer {Peer}")]
    public static partial void PeerDiscovered(this ILogger logger, string peer);

    [LoggerMessage(108, LogLevel.Information, "Removed unreachable peer {Peer}")]
    public static partial void PeerForgotten(this ILogger logger, string peer);

    [LoggerMessage(109, LogLevel.Error, "{Text}")]
    public static partial void NameCollision(this ILogger logger, string text);

    [LoggerMessage(110, LogLevel.Warning, "->[{Address}|{Peer}]: message not sent: {Reason}")]
    public static partial void MessageWithheld(this ILogger logger, string address, string peer, string reason);

    [LoggerMessage(111, LogLevel.Information, "Restart/resume detected - using persisted peer list: [{Targets}]")]
    public static partial void Resuming(this ILogger logger, string targets);

    [LoggerMessage(112, LogLevel.Information, "Launch detected - using supplied peer list: [{Targets}]")]
    public static partial void Launching(this ILogger logger, string targets);

    [LoggerMessage(113, LogLevel.Information, "Our name is {Peer}, listening on {Address}")]
    public static partial void Listening(this ILogger logger, string peer, string address);

    [LoggerMessage(114, LogLevel.Warning, "cannot accept: {Reason}")]
    public static partial void AcceptFailed(this ILogger logger, string reason);

    [LoggerMessage(115, LogLevel.Error, "Error persisting peers: {Reason}")]
    public static partial void CannotStoreTargets(this ILogger logger, string reason);

    [LoggerMessage(148, LogLevel.Warning, "The name of this peer cannot be stored: {Reason}")]
    public static partial void NameNotStored(this ILogger logger, string reason);
}
