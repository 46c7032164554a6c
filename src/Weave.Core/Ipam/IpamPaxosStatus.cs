namespace Weave.Core.Ipam;

/// <summary>How far agreement on the first ring is.</summary>
public sealed record IpamPaxosStatus(bool IsElector, int KnownNodes, int Quorum);
