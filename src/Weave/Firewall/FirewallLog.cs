using Microsoft.Extensions.Logging;

namespace Weave.Firewall;

internal static partial class FirewallLog
{
    [LoggerMessage(801, LogLevel.Information, "Re-configuring iptables")]
    public static partial void Reconfiguring(this ILogger logger);

    [LoggerMessage(802, LogLevel.Error, "Error configuring iptables: {Reason}")]
    public static partial void Failed(this ILogger logger, string reason);

    [LoggerMessage(803, LogLevel.Warning, "Not announcing {Cidr} on {Bridge}: {Reason}")]
    public static partial void NotAnnounced(this ILogger logger, string cidr, string bridge, string reason);

    [LoggerMessage(804, LogLevel.Information, "{Cidr} was hidden while no router ran")]
    public static partial void HiddenMeanwhile(this ILogger logger, string cidr);
}
