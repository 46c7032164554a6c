using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>One voter in the agreement on who shares the first ring.</summary>
/// <remarks>
/// docs/wire/ipam.md §4. Paxos in which every message is the sender's whole knowledge, so loss, repetition and order do
/// not matter.
/// </remarks>
public sealed class PaxosNode(NodeId self)
{
    private readonly SortedDictionary<NodeId, NodeClaims> _knows = [];

    /// <summary>How many voters decide; 0 until known.</summary>
    public int Quorum { get; set; }

    /// <summary>What every voter is known to have promised and accepted, in ascending order.</summary>
    public IReadOnlyDictionary<NodeId, NodeClaims> Claims => _knows;

    /// <summary>Takes in what another voter knows.</summary>
    /// <returns>Something was new.</returns>
    public bool Update(IReadOnlyDictionary<NodeId, NodeClaims> from)
    {
        bool changed = false;
        foreach ((NodeId node, NodeClaims theirs) in from)
        {
            if (!_knows.TryGetValue(node, out NodeClaims? known))
            {
                _knows[node] = theirs;
                changed = true;
                continue;
            }

            NodeClaims merged = Newer(known, theirs);
            changed |= !ReferenceEquals(merged, known);
            _knows[node] = merged;
        }

        return changed;
    }

    /// <summary>Starts a proposal above all others known.</summary>
    public void Propose()
    {
        ulong round = 0;
        foreach (NodeClaims claims in _knows.Values)
        {
            round = Math.Max(round, Math.Max(claims.Promise.Round, claims.Accepted.Round));
        }

        _knows[self] = Ours with { Promise = new ProposalId(round + 1, self) };
        if (Quorum == 1)
        {
            Think();
        }
    }

    /// <summary>Promises and accepts what may now be promised and accepted.</summary>
    /// <returns>Our own claims changed and want telling.</returns>
    public bool Think()
    {
        NodeClaims before = Ours;
        NodeClaims ours = AcceptFromOthers(AcceptOwn(Promise(before)));
        if (ours.Promise == before.Promise && ours.Accepted == before.Accepted && ours.Origin == before.Origin)
        {
            return false;
        }

        _knows[self] = ours;
        return true;
    }

    /// <summary>The value that a quorum has accepted, sorted and without repetition; null when there is none.</summary>
    public IReadOnlyList<PeerName>? Consensus()
    {
        if (Quorum <= 0)
        {
            return null;
        }

        IGrouping<ProposalId, KeyValuePair<NodeId, NodeClaims>>? decided = _knows
            .Where(pair => pair.Value.Accepted.Exists)
            .GroupBy(pair => pair.Value.Origin)
            .OrderBy(group => group.Key)
            .FirstOrDefault(group => group.DistinctBy(pair => pair.Key.Name).Count() >= Quorum);
        return decided is null ? null : [.. decided.First().Value.Value.Distinct().Order()];
    }

    private NodeClaims Ours => _knows.GetValueOrDefault(self, NodeClaims.None);

    private static NodeClaims Newer(NodeClaims known, NodeClaims theirs)
    {
        NodeClaims merged = known;
        if (known.Promise < theirs.Promise)
        {
            merged = merged with { Promise = theirs.Promise };
        }

        if (known.Accepted < theirs.Accepted)
        {
            merged = merged with { Accepted = theirs.Accepted, Value = theirs.Value, Origin = theirs.Origin };
        }

        return merged;
    }

    private NodeClaims Promise(NodeClaims ours)
    {
        foreach (NodeClaims claims in _knows.Values)
        {
            if (ours.Promise < claims.Promise)
            {
                ours = ours with { Promise = claims.Promise };
            }
        }

        return ours;
    }

    // A proposer whose own promise went to a newer proposal has lost: whoever hears of that promise will refuse it too.
    private NodeClaims AcceptOwn(NodeClaims ours)
    {
        if (ours.Promise.Proposer != self || !ours.Promise.Exists)
        {
            return ours;
        }

        HashSet<PeerName> promised = []; // a peer that started again has no second vote
        NodeClaims best = NodeClaims.None;
        foreach ((NodeId node, NodeClaims claims) in _knows.Where(pair => pair.Value.Promise == ours.Promise))
        {
            promised.Add(node.Name);
            best = best.Accepted < claims.Accepted ? claims : best;
        }

        if (promised.Count < Quorum)
        {
            return ours;
        }

        return best.Accepted.Exists
            ? ours with { Accepted = ours.Promise, Value = best.Value, Origin = best.Origin }
            : ours with { Accepted = ours.Promise, Value = [.. _knows.Keys.Select(node => node.Name)], Origin = ours.Promise };
    }

    private NodeClaims AcceptFromOthers(NodeClaims ours)
    {
        NodeClaims? acceptor = _knows.Values.FirstOrDefault(claims => claims.Accepted.Exists && claims.Accepted == ours.Promise);
        return acceptor is null
            ? ours
            : ours with { Accepted = acceptor.Accepted, Value = acceptor.Value, Origin = acceptor.Origin };
    }
}
