using Microsoft.Extensions.Logging;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Log messages of address allocation: ids 300 to 399.</summary>
internal static partial class IpamLog
{
    [LoggerMessage(300, LogLevel.Information, "[allocator] {Text}")]
    public static partial void Happened(this ILogger logger, string text);

    [LoggerMessage(301, LogLevel.Warning, "[allocator] {Text}")]
    public static partial void Trouble(this ILogger logger, string text);

    [LoggerMessage(302, LogLevel.Warning, "[allocator]: {Text}")]
    public static partial void RequestRefused(this ILogger logger, string text);

    [LoggerMessage(303, LogLevel.Information, "[allocator]: {Kind} request for {Container} cancelled")]
    public static partial void RequestCancelled(this ILogger logger, string kind, string container);

    [LoggerMessage(304, LogLevel.Warning, "{Text}")]
    public static partial void StateMessage(this ILogger logger, string text);

    [LoggerMessage(305, LogLevel.Warning, "[allocator] addresses of running containers are not known yet: {Reason}")]
    public static partial void ContainersNotAsked(this ILogger logger, string reason);

    [LoggerMessage(306, LogLevel.Debug, "[allocator] namespace {Path} not seen: {Reason}")]
    public static partial void NamespaceNotSeen(this ILogger logger, string path, string reason);

    [LoggerMessage(307, LogLevel.Information, "{Path}: took over the record of the original router of peer {Peer}, with {Owners} owners of addresses")]
    public static partial void OriginalTakenOver(this ILogger logger, string path, PeerName peer, int owners);

    [LoggerMessage(308, LogLevel.Warning, "{Path} of the original router cannot be used: {Reason}. Its addresses are not known")]
    public static partial void OriginalNotUsed(this ILogger logger, string path, string reason);

    [LoggerMessage(309, LogLevel.Debug, "[allocator] owners of addresses are not compared with Docker's: {Reason}")]
    public static partial void NotCompared(this ILogger logger, string reason);
}
