namespace Weave.Plugin;

/// <summary>What we must know of a Docker network for as long as it exists. Stored when Docker creates it, so that no driver call has to ask Docker.</summary>
/// <param name="Multicast">Containers get a route for 224.0.0.0/4.</param>
/// <param name="Pools">Its subnets.</param>
/// <param name="Own">Its own addresses, gateways and what is set aside, without prefix lengths; null in records of earlier releases.</param>
internal sealed record PluginNetwork(bool Multicast, IReadOnlyList<string> Pools, IReadOnlyList<string>? Own = null);
