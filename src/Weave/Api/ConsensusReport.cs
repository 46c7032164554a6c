namespace Weave.Api;

/// <summary>The agreement on a first ring.</summary>
public sealed record ConsensusReport(bool Elector, int KnownNodes, uint Quorum);
