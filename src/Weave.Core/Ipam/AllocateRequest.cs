using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Any free address in a subnet.</summary>
public sealed class AllocateRequest(string ident, Ipv4Cidr subnet, bool isContainer, Action<AllocationAnswer> answer)
    : AllocationRequest(ident, answer)
{
    public Ipv4Cidr Subnet { get; } = subnet;

    public bool IsContainer { get; } = isContainer;
}
