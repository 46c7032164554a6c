using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>The addresses of one owner on this host.</summary>
/// <param name="IsContainer">The owner is a container, whose death frees them.</param>
/// <param name="Cidrs">In the order in which they were given.</param>
public sealed record OwnedAddresses(bool IsContainer, IReadOnlyList<Ipv4Cidr> Cidrs);
