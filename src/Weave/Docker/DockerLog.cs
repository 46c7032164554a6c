using Microsoft.Extensions.Logging;

namespace Weave.Docker;

/// <summary>Messages about Docker: 750 to 799.</summary>
internal static partial class DockerLog
{
    [LoggerMessage(750, LogLevel.Error, "[docker] Events are lost: {Reason} - retrying subscription in {Delay}")]
    internal static partial void EventsLost(this ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(751, LogLevel.Debug, "[docker] Container {Container} was not seen starting: {Reason}")]
    internal static partial void ContainerNotSeen(this ILogger logger, string container, string reason);

    [LoggerMessage(752, LogLevel.Information, "[swarm] Nodes that joined: [{Added}]; nodes that left: [{Gone}]")]
    internal static partial void SwarmChanged(this ILogger logger, string added, string gone);
}
