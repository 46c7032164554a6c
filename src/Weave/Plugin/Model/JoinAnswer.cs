namespace Weave.Plugin.Model;

/// <param name="Err">Empty.</param>
/// <param name="InterfaceName">What to move into the container, and how to call it there.</param>
/// <param name="Gateway">Empty: containers leave by the way that Docker gives them (docs/adr/0071).</param>
/// <param name="GatewayIPv6">Empty.</param>
/// <param name="StaticRoutes">The multicast route, if the network has one.</param>
/// <param name="DisableGatewayService">False: Docker may give the container a way out.</param>
internal sealed record JoinAnswer(
    string Err, InterfaceName InterfaceName, string Gateway, string GatewayIPv6, IReadOnlyList<StaticRoute>? StaticRoutes, bool DisableGatewayService);
