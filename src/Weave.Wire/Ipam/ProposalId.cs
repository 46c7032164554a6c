namespace Weave.Wire.Ipam;

/// <summary>A proposal in the agreement on the first ring. Round 0 means none.</summary>
/// <remarks>docs/wire/ipam.md §4.</remarks>
public readonly record struct ProposalId(ulong Round, NodeId Proposer) : IComparable<ProposalId>
{
    public bool Exists => Round > 0;

    public int CompareTo(ProposalId other) =>
        Round != other.Round ? Round.CompareTo(other.Round) : Proposer.CompareTo(other.Proposer);

    public static bool operator <(ProposalId left, ProposalId right) => left.CompareTo(right) < 0;

    public static bool operator >(ProposalId left, ProposalId right) => left.CompareTo(right) > 0;
}
