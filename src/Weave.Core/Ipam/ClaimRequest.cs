using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>One certain address.</summary>
public sealed class ClaimRequest(string ident, Ipv4Cidr cidr, bool isContainer, bool noErrorOnUnknown, Action<AllocationAnswer> answer)
    : AllocationRequest(ident, answer)
{
    public Ipv4Cidr Cidr { get; } = cidr;

    public bool IsContainer { get; } = isContainer;

    /// <summary>Succeed at once when the owner cannot be asked, and settle it later.</summary>
    public bool NoErrorOnUnknown { get; } = noErrorOnUnknown;

    internal int Tries { get; set; }

    /// <summary>Who denied it, and has not said yet whether a network of its own has it.</summary>
    internal PeerName? DeniedBy { get; set; }
}
