using Microsoft.Extensions.Logging;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>Log messages of names, 500 to 549.</summary>
internal static partial class NamesLog
{
    [LoggerMessage(500, LogLevel.Information, "DNS for {Domain} on {Address}")]
    public static partial void ServingDns(this ILogger logger, string domain, string address);

    [LoggerMessage(501, LogLevel.Error, "DNS over UDP ended: {Reason}")]
    public static partial void DatagramServerEnded(this ILogger logger, string reason);

    [LoggerMessage(502, LogLevel.Warning, "DNS connection not accepted: {Reason}")]
    public static partial void StreamNotAccepted(this ILogger logger, string reason);

    [LoggerMessage(503, LogLevel.Error, "A DNS query could not be passed on")]
    public static partial void ForwardingFailed(this ILogger logger, Exception failure);

    [LoggerMessage(504, LogLevel.Information, "Name {Name} of {Container} is {Address}")]
    public static partial void NameRegistered(this ILogger logger, string name, string container, Ipv4Address address);

    [LoggerMessage(505, LogLevel.Information, "Name {Name} of {Container} is ignored: it is not in {Domain}")]
    public static partial void NameIgnored(this ILogger logger, string name, string container, string domain);

    [LoggerMessage(506, LogLevel.Information, "{Count} names of {Container} removed")]
    public static partial void NamesRemoved(this ILogger logger, int count, string container);

    [LoggerMessage(507, LogLevel.Information, "{Count} names that were added by hand are back")]
    public static partial void NamesRestored(this ILogger logger, int count);

    [LoggerMessage(509, LogLevel.Warning, "Docker cannot be asked for containers, so names of those on the bridge may be missing: {Reason}")]
    public static partial void ContainersNotAsked(this ILogger logger, string reason);

    [LoggerMessage(510, LogLevel.Information, "This host does not have the address {Address} yet; names are served there as soon as it has")]
    public static partial void ListeningEarly(this ILogger logger, string address);

    [LoggerMessage(515, LogLevel.Information, "Names are served at {Address} from now on")]
    public static partial void DnsMoved(this ILogger logger, string address);
}
