using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>Names of the links of an endpoint. They begin with "veth" so that desktops do not announce them.</summary>
internal static class EndpointNames
{
    internal const string HostPrefix = "vethwl";

    private const string GuestPrefix = "vethwg";
    private const string AliasPrefix = "weave ";
    private const int IdLength = 9;
    private const int OldIdLength = 5;

    /// <summary>The end on the bridge.</summary>
    internal static string Host(string endpoint) => HostPrefix + Cut(endpoint, IdLength);

    /// <summary>The end that goes into the container.</summary>
    internal static string Guest(string endpoint) => GuestPrefix + Cut(endpoint, IdLength);

    /// <summary>The other end of the link of an endpoint; null for another link.</summary>
    internal static string? GuestOf(string host) => host.StartsWith(HostPrefix, StringComparison.Ordinal) ? GuestPrefix + host[HostPrefix.Length..] : null;

    /// <summary>As releases before 1.3 called the end on the bridge.</summary>
    internal static string OldHost(string endpoint) => HostPrefix + Cut(endpoint, OldIdLength);

    /// <summary>Kept by the kernel with the link, so that who uses an address is known after a restart of ours for exactly as long as it is true.</summary>
    internal static string Alias(string endpoint, Ipv4Cidr? address) => address is { } cidr ? $"{AliasPrefix}{cidr} {endpoint}" : "";

    /// <summary>Reads what <see cref="Alias"/> wrote.</summary>
    internal static bool TryParseAlias(string alias, out Ipv4Cidr address, out string endpoint)
    {
        address = default;
        endpoint = "";
        if (!alias.StartsWith(AliasPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        string[] parts = alias[AliasPrefix.Length..].Split(' ');
        if (parts.Length != 2 || !Ipv4Cidr.TryParse(parts[0], out address))
        {
            return false;
        }

        endpoint = parts[1];
        return true;
    }

    private static string Cut(string id, int length) => id.Length >= length
        ? id[..length]
        : throw new PluginException($"\"{id}\" is not the id of an endpoint");
}
