using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>An address found in use on this host at start.</summary>
/// <param name="Ident">A container id, <c>weave:expose</c>, or <c>_</c>.</param>
/// <param name="Cidr">The address with its prefix length.</param>
/// <param name="IsContainer">The owner is a container.</param>
public sealed record PreClaim(string Ident, Ipv4Cidr Cidr, bool IsContainer)
{
    /// <summary>Whether the container engine has it from us, and what for.</summary>
    public EngineUse Engine { get; init; }
}
