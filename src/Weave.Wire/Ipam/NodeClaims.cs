using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>What one voter has promised and accepted.</summary>
/// <param name="Promise">It accepts nothing older than this.</param>
/// <param name="Accepted">The proposal it accepted last.</param>
/// <param name="Value">The peers that are to share the range, in any order, perhaps repeated.</param>
/// <param name="Origin">The proposal in which that value was first chosen.</param>
/// <remarks>docs/wire/ipam.md §4.</remarks>
public sealed record NodeClaims(ProposalId Promise, ProposalId Accepted, IReadOnlyList<PeerName> Value, ProposalId Origin)
{
    public static readonly NodeClaims None = new(default, default, [], default);
}
