using Microsoft.Extensions.Logging;

namespace Weave.Plugin;

/// <summary>Messages of the plugin: 700 to 749.</summary>
internal static partial class PluginLog
{
    [LoggerMessage(700, LogLevel.Debug, "[plugin] {Call} answered in {Milliseconds:0.0} ms")]
    internal static partial void CallServed(this ILogger logger, string call, double milliseconds);

    [LoggerMessage(701, LogLevel.Error, "[plugin] {Call}: {Reason}")]
    internal static partial void CallFailed(this ILogger logger, string call, string reason);

    [LoggerMessage(702, LogLevel.Warning, "[plugin] Network {Network}: unrecognized option: {Option}")]
    internal static partial void UnknownOption(this ILogger logger, string network, string option);

    [LoggerMessage(703, LogLevel.Warning, "[plugin] Endpoint {Endpoint}: {Reason}")]
    internal static partial void EndpointNotDeleted(this ILogger logger, string endpoint, string reason);

    [LoggerMessage(704, LogLevel.Warning, "[plugin] Network {Network}: its addresses come from Docker ({AddressSpace}) and may be in use on other hosts; create it with --ipam-driver={Driver}")]
    internal static partial void ForeignAddresses(this ILogger logger, string network, string addressSpace, string driver);

    [LoggerMessage(705, LogLevel.Warning, "[plugin] Network \"{Network}\" cannot be created: {Reason}; trying again in {Delay}")]
    internal static partial void DefaultNetworkFailed(this ILogger logger, string network, string reason, TimeSpan delay);

    [LoggerMessage(706, LogLevel.Information, "[plugin] Network \"{Network}\" is there")]
    internal static partial void DefaultNetworkReady(this ILogger logger, string network);

    [LoggerMessage(707, LogLevel.Warning, "[plugin] Container {Container}: {Reason}")]
    internal static partial void ContainerNotTended(this ILogger logger, string container, string reason);

    [LoggerMessage(708, LogLevel.Debug, "[plugin] Container {Container} is known as {Name} at {Address}")]
    internal static partial void NameRegistered(this ILogger logger, string container, string name, string address);

    [LoggerMessage(709, LogLevel.Information, "[plugin] {Address} was given back while we were away")]
    internal static partial void LostAddressFreed(this ILogger logger, string address);

    [LoggerMessage(710, LogLevel.Debug, "[plugin] Container {Container}: its address is written as IPv4 in {Path}")]
    internal static partial void HostsMended(this ILogger logger, string container, string path);

    [LoggerMessage(711, LogLevel.Warning, "[plugin] Container {Container}: {Path} keeps an address its resolver cannot use: {Reason}")]
    internal static partial void HostsNotMended(this ILogger logger, string container, string path, string reason);

    [LoggerMessage(712, LogLevel.Information, "[plugin] Docker never came for {Link}, which was made before our start: deleted")]
    internal static partial void EndpointGivenUp(this ILogger logger, string link);

    [LoggerMessage(713, LogLevel.Debug, "[plugin] addresses are not compared with Docker's: {Reason}")]
    internal static partial void AddressesNotCompared(this ILogger logger, string reason);

    [LoggerMessage(720, LogLevel.Warning, "[plugin] Endpoint {Endpoint}: its container has no route for multicast any more, as the network that carried it was disconnected: {Reason}")]
    internal static partial void MulticastNotHandedOn(this ILogger logger, string endpoint, string reason);
}
