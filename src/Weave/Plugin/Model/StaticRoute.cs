namespace Weave.Plugin.Model;

/// <param name="Destination">Network, as CIDR.</param>
/// <param name="RouteType">1: directly on the interface.</param>
/// <param name="NextHop">Empty.</param>
internal sealed record StaticRoute(string Destination, int RouteType, string NextHop);
