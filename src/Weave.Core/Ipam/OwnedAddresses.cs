using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>The addresses of one owner on this host.</summary>
/// <param name="IsContainer">The owner is a container, whose death frees them.</param>
/// <param name="Cidrs">In the order in which they were given.</param>
public sealed record OwnedAddresses(bool IsContainer, IReadOnlyList<Ipv4Cidr> Cidrs)
{
    /// <summary>Whether the container engine asked for them, and what for. Stored in one step with the addresses.</summary>
    public EngineUse Engine { get; init; }
}
