using Weave.Wire.Primitives;

namespace Weave.Core.Firewall;

/// <summary>What is known of frames that pass our bridge between containers: by this, rules of others are told to be about them or not.</summary>
public sealed record BridgedTraffic
{
    public string Bridge { get; init; } = "weave";

    /// <summary>Links that are ports of the bridge.</summary>
    public IReadOnlySet<string> Ports { get; init; } = new HashSet<string>();

    /// <summary>Subnets that are on other links of this host: no container of ours has an address of them.</summary>
    public IReadOnlyList<Ipv4Cidr> Elsewhere { get; init; } = [];

    /// <summary>Subnets that containers of ours are known to be in; they may be in others.</summary>
    public IReadOnlyList<Ipv4Cidr> Containers { get; init; } = [];

    /// <summary>It may be the address of a container of ours.</summary>
    internal bool MayBeOurs(string address) =>
        !Ipv4Cidr.TryParse(address.Contains('/', StringComparison.Ordinal) ? address : address + "/32", out Ipv4Cidr cidr)
        || !Elsewhere.Append(Loopback).Any(subnet => subnet.PrefixLength <= cidr.PrefixLength && subnet.Contains(cidr.Address));

    /// <summary>It overlaps a subnet of containers.</summary>
    internal bool IsOurs(string address) =>
        !Ipv4Cidr.TryParse(address.Contains('/', StringComparison.Ordinal) ? address : address + "/32", out Ipv4Cidr cidr)
        || Containers.Any(cidr.Overlaps);

    private static Ipv4Cidr Loopback => Ipv4Cidr.Parse("127.0.0.0/8");
}
