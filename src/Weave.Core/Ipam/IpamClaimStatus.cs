using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>A claim without an answer.</summary>
public sealed record IpamClaimStatus(string Ident, Ipv4Cidr Cidr);
