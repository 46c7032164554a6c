using Weave.Wire.Primitives;

namespace Weave.Api;

/// <summary>Where names are served on a host whose Docker has no bridge of its own.</summary>
internal static class DnsFallback
{
    /// <summary>Docker's own way to the host for containers that have no other, if it has made it.</summary>
    internal const string GatewayBridge = "docker_gwbridge";

    /// <summary>Without that: containers reach any address of their host through their gateway.</summary>
    internal static readonly Ipv4Cidr Own = Ipv4Cidr.Parse("169.254.53.53/32");
}
