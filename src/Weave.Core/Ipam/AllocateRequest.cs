using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Any free address in a subnet.</summary>
public sealed class AllocateRequest(string ident, Ipv4Cidr subnet, bool isContainer, Action<AllocationAnswer> answer)
    : AllocationRequest(ident, answer)
{
    public Ipv4Cidr Subnet { get; } = subnet;

    /// <summary>
    /// Where the address must be. Not the whole subnet: its first and last address are of no use, yet free, and two peers in
    /// want of space would hand them to each other for ever.
    /// </summary>
    public Ipv4Range Wanted { get; } = Ipv4Range.HostsOf(subnet) is { IsEmpty: false } hosts ? hosts : Ipv4Range.Of(subnet);

    public bool IsContainer { get; } = isContainer;
}
