using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Whom gossip goes to: as many neighbours as twice the binary logarithm of the peers, those through which more peers
/// are reached being likelier.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.12.</remarks>
internal static class RandomNeighbours
{
    /// <summary>Distinct neighbours in ascending order, without <paramref name="except"/>.</summary>
    internal static IReadOnlyList<PeerName> Choose(RouteTable all, PeerName? except, IRandom random)
    {
        SortedDictionary<int, int> weights = Weigh(all, except, out int entries);
        int wanted = (int)Math.Min(2 * Math.Log2(entries), weights.Count);
        if (wanted == weights.Count)
        {
            return [.. weights.Keys.Select(rank => all.Graph.Names[rank])];
        }

        int total = weights.Values.Sum();
        SortedSet<int> chosen = [];
        while (chosen.Count < wanted)
        {
            int point = random.Next(total);
            foreach ((int rank, int weight) in weights)
            {
                if (point < weight)
                {
                    chosen.Add(rank);
                    weights.Remove(rank);
                    total -= weight;
                    break;
                }

                point -= weight;
            }
        }

        return [.. chosen.Select(rank => all.Graph.Names[rank])];
    }

    /// <summary>How many destinations lie behind each neighbour; <paramref name="entries"/> counts ourselves and the excluded ones too.</summary>
    private static SortedDictionary<int, int> Weigh(RouteTable all, PeerName? except, out int entries)
    {
        SortedDictionary<int, int> weights = [];
        entries = 0;
        ReadOnlySpan<int> hops = all.Hops;
        for (int rank = 0; rank < hops.Length; rank++)
        {
            int hop = hops[rank];
            if (hop == Adjacency.Unreached)
            {
                continue;
            }

            entries++;
            if (rank != all.Graph.Self && all.Graph.Names[hop] != except)
            {
                weights[hop] = weights.GetValueOrDefault(hop) + 1;
            }
        }

        return weights;
    }
}
