using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>Who had which addresses by the record of an original router.</summary>
public sealed record OriginalOwner(string Ident, bool IsContainer, IReadOnlyList<Ipv4Cidr> Cidrs);
