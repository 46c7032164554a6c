using System.Globalization;
using System.Text.Json;
using Weave.Core.Ipam;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

public sealed class PaxosTests
{
    private static readonly JsonElement Recorded = Vectors.Json("logic/paxos.json");

    [Fact]
    public void Every_step_gives_what_the_original_gives()
    {
        foreach (JsonElement row in Recorded.EnumerateArray())
        {
            int quorum = row.GetProperty("quorum").GetInt32();
            List<PaxosNode> nodes = [.. Enumerable.Range(1, row.GetProperty("nodes").GetInt32())
                .Select(i => new PaxosNode(new NodeId(new PeerName((ulong)i), (ulong)(100 + i))) { Quorum = quorum })];
            foreach (JsonElement step in row.GetProperty("steps").EnumerateArray())
            {
                PaxosNode affected = Perform(nodes, step);
                Assert.Equal(step.GetProperty("consensus").GetBoolean(), affected.Consensus() is not null);
                if (step.TryGetProperty("consensusValue", out JsonElement value))
                {
                    Assert.Equal(value.GetString(), $"[{string.Join(' ', affected.Consensus()!)}]");
                }

                Equal(step.GetProperty("stateOfAffectedNode"), affected.Claims);
            }
        }
    }

    /// <summary>Random topology, isolation and restarts: whoever sees a consensus sees the same one, and some do.</summary>
    [Fact]
    public void All_who_decide_decide_the_same()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            SeededRandom random = new(seed);
            int count = 3 + random.Next(6);
            int quorum = (count / 2) + 1;
            List<PaxosNode> nodes = [.. Enumerable.Range(1, count).Select(i => Node(i, random, quorum))];
            HashSet<int> isolated = [];
            HashSet<string> decided = [];
            for (int step = 0; step < 3000; step++)
            {
                int i = random.Next(count);
                int j = random.Next(count);
                if (isolated.Contains(i) || isolated.Contains(j))
                {
                    continue;
                }

                switch (random.Next(200))
                {
                    case 0 when isolated.Count < count - quorum:
                        isolated.Add(i);
                        break;
                    case < 3:
                        nodes[i].Propose();
                        break;
                    default:
                        if (i != j && nodes[i].Update(nodes[j].Claims))
                        {
                            nodes[i].Think();
                        }

                        break;
                }

                if (nodes[i].Consensus() is { } value)
                {
                    decided.Add(string.Join(' ', value));
                }
            }

            Assert.True(decided.Count == 1, $"seed {seed}: {decided.Count} decisions");
        }
    }

    private static PaxosNode Node(int i, SeededRandom random, int quorum) =>
        new(new NodeId(new PeerName((ulong)i), random.NextUInt64())) { Quorum = quorum };

    private static PaxosNode Perform(List<PaxosNode> nodes, JsonElement step)
    {
        if (step.GetProperty("op").GetString() == "propose")
        {
            PaxosNode proposer = nodes[step.GetProperty("node").GetInt32() - 1];
            proposer.Propose();
            return proposer;
        }

        PaxosNode to = nodes[step.GetProperty("to").GetInt32() - 1];
        bool learned = to.Update(nodes[step.GetProperty("from").GetInt32() - 1].Claims);
        Assert.Equal(step.GetProperty("learned").GetBoolean(), learned);
        bool changed = learned && to.Think();
        Assert.Equal(step.TryGetProperty("claimsChanged", out JsonElement recorded) && recorded.GetBoolean(), changed);
        return to;
    }

    private static void Equal(JsonElement expected, IReadOnlyDictionary<NodeId, NodeClaims> actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        foreach (JsonElement row in expected.EnumerateArray())
        {
            NodeClaims claims = actual[Node(row.GetProperty("node"))];
            Assert.Equal(Proposal(row.GetProperty("promise")), claims.Promise);
            Assert.Equal(Proposal(row.GetProperty("accepted")), claims.Accepted);
            Assert.Equal(Proposal(row.GetProperty("acceptedVal").GetProperty("origin")), claims.Origin);
            Assert.Equal(
                row.GetProperty("acceptedVal").GetProperty("value").EnumerateArray().Select(name => name.GetString()).Order().Distinct(),
                claims.Value.Select(name => name.ToString()).Order().Distinct());
        }
    }

    private static ProposalId Proposal(JsonElement json) => new(json.GetProperty("round").GetUInt64(), Node(json.GetProperty("proposer")));

    private static NodeId Node(JsonElement json) =>
        new(Rings.Peer(json, "name"), ulong.Parse(json.GetProperty("uid").GetString()!, CultureInfo.InvariantCulture));
}
