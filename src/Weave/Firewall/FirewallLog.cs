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

    [LoggerMessage(805, LogLevel.Debug, "Docker does not tell its bridges: {Reason}")]
    public static partial void BridgesNotTold(this ILogger logger, string reason);

    [LoggerMessage(806, LogLevel.Information, "{Frames} of containers pass {Bridge}, because of a rule of this host: {Rule}")]
    public static partial void PassesBridge(this ILogger logger, string frames, string bridge, string rule);

    [LoggerMessage(807, LogLevel.Information, "Frames of containers skip {Bridge} again: this host has no rules for them")]
    public static partial void SkipsBridge(this ILogger logger, string bridge);

    [LoggerMessage(808, LogLevel.Information, "The tunnel's packets are tracked by this host: {Reason}")]
    public static partial void TunnelTracked(this ILogger logger, string reason);
}
