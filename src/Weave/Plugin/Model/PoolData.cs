namespace Weave.Plugin.Model;

/// <summary>A pool of a network: whose address space it is of, the subnet, and the gateway if there is one, both as CIDR.</summary>
internal sealed record PoolData(string? AddressSpace, string? Pool, string? Gateway);
