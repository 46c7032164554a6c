namespace Weave.Plugin.Model;

/// <summary>A pool of a network: whose address space it is of, the subnet, and the gateway if there is one, all as CIDR.</summary>
/// <param name="AddressSpace">Whose it is.</param>
/// <param name="Pool">The subnet.</param>
/// <param name="Gateway">The network's own address.</param>
/// <param name="AuxAddresses">What is set aside, by name.</param>
internal sealed record PoolData(string? AddressSpace, string? Pool, string? Gateway, Dictionary<string, string?>? AuxAddresses = null)
{
    /// <summary>Gateway and what is set aside, without prefix lengths.</summary>
    internal IEnumerable<string> Own => (AuxAddresses?.Values ?? Enumerable.Empty<string?>()).Append(Gateway).OfType<string>()
        .Where(address => address.Length > 0 && address != Pool).Select(address => address.Split('/')[0]);
}
