namespace Weave.Docker.Model;

/// <summary>A subnet of a network.</summary>
/// <param name="Subnet">As CIDR.</param>
/// <param name="IPRange">The part of it from which addresses are given.</param>
/// <param name="Gateway">The network's own address.</param>
/// <param name="AuxiliaryAddresses">Addresses that are set aside (<c>--aux-address</c>), by name.</param>
public sealed record NetworkPool(
    string? Subnet, string? IPRange = null, string? Gateway = null, IReadOnlyDictionary<string, string?>? AuxiliaryAddresses = null);
