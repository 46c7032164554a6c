using Weave.Api;
using Weave.Core.Ipam;
using Weave.Status;

namespace Weave.Ipam;

/// <summary>The allocator in the report.</summary>
internal sealed class IpamReport(IIpamControl allocation) : IReportSection
{
    public async ValueTask<StatusReport> AddToAsync(StatusReport report, CancellationToken cancel)
    {
        IpamStatus status = await allocation.StatusAsync(cancel).ConfigureAwait(false);
        return report with
        {
            Ipam = new AllocationReport
            {
                Paxos = status.Paxos is { } paxos ? new ConsensusReport(paxos.IsElector, paxos.KnownNodes, (uint)paxos.Quorum) : null,
                Range = status.Range.ToString(),
                RangeNumIPs = status.RangeSize,
                ActiveIPs = status.ActiveAddresses,
                DefaultSubnet = status.DefaultSubnet.ToString(),
                Entries = [.. status.Entries.Select(entry => new RingEntryReport(
                    entry.Token.ToString(), entry.Size, entry.Peer.ToString(), entry.Nickname, entry.IsKnownPeer, entry.Version))],
                PendingClaims = [.. status.PendingClaims.Select(claim => new ClaimReport(
                    claim.Ident, new ClaimedCidr(claim.Cidr.Address.ToString(), claim.Cidr.PrefixLength)))],
                PendingAllocates = status.PendingAllocates,
                Conflicts = status.Conflicts,
                Held = status.Held,
            },
        };
    }
}
