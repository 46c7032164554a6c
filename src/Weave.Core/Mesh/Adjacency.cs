namespace Weave.Core.Mesh;

/// <summary>Who is linked to whom, by rank: the neighbours of <c>r</c> are <c>Targets[Starts[r]..Starts[r + 1]]</c>. Immutable.</summary>
internal sealed class Adjacency(int[] starts, int[] targets)
{
    private readonly int[] _starts = starts;
    private readonly int[] _targets = targets;

    /// <summary>Marks a rank that a search has not reached.</summary>
    internal const int Unreached = -1;

    internal int Count => _starts.Length - 1;

    internal ReadOnlySpan<int> Of(int rank) => _targets.AsSpan(_starts[rank], _starts[rank + 1] - _starts[rank]);

    internal bool SameAs(Adjacency other) =>
        ReferenceEquals(this, other)
        || (_starts.AsSpan().SequenceEqual(other._starts) && _targets.AsSpan().SequenceEqual(other._targets));

    /// <summary>The same links and <paramref name="extra"/>, each in both directions.</summary>
    internal Adjacency With(int from, IReadOnlyList<int> extra)
    {
        int[] newStarts = new int[_starts.Length];
        List<int> newTargets = new(_targets.Length + (2 * extra.Count));
        for (int rank = 0; rank < Count; rank++)
        {
            newTargets.AddRange(Of(rank));
            if (rank == from)
            {
                newTargets.AddRange(extra.Where(to => !Linked(from, to)));
            }
            else if (extra.Contains(rank) && !Linked(rank, from))
            {
                newTargets.Add(from);
            }

            newStarts[rank + 1] = newTargets.Count;
        }

        return new Adjacency(newStarts, [.. newTargets]);
    }

    /// <summary>
    /// Breadth-first layers from <paramref name="from"/>; in each layer peers are visited in ascending order, and what a
    /// visited peer newly reaches inherits its first hop. All peers must use exactly this order, or broadcasts loop or
    /// get lost.
    /// </summary>
    /// <param name="from">Where the search starts.</param>
    /// <param name="stopAt">The search ends when this rank comes up for a visit; <see cref="Unreached"/> for never.</param>
    /// <param name="hops">Receives the first hop per rank; <paramref name="from"/> itself for <paramref name="from"/>.</param>
    /// <returns>True when it ended at <paramref name="stopAt"/>.</returns>
    /// <remarks>docs/wire/mesh.md §1.11.</remarks>
    internal bool Search(int from, int stopAt, Span<int> hops)
    {
        hops.Fill(Unreached);
        hops[from] = from;
        int[] queue = new int[Count];
        queue[0] = from;
        int visited = 0;
        int end = 1;
        while (visited < end)
        {
            int layerEnd = end;
            queue.AsSpan(visited, layerEnd - visited).Sort();
            for (; visited < layerEnd; visited++)
            {
                int current = queue[visited];
                if (current == stopAt)
                {
                    return true;
                }

                foreach (int next in Of(current))
                {
                    if (hops[next] == Unreached)
                    {
                        hops[next] = current == from ? next : hops[current];
                        queue[end++] = next;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Who reaches <paramref name="rank"/> in a search from <paramref name="from"/>; <see cref="Unreached"/> for nobody.</summary>
    internal int ParentOf(int rank, int from)
    {
        int[] layers = Layers(from);
        int parent = Unreached;
        foreach (int neighbour in Of(rank))
        {
            // The one layer before ours, and in it the lowest: it is visited first.
            bool before = rank != from && layers[neighbour] != Unreached && layers[neighbour] == layers[rank] - 1;
            parent = before && (parent == Unreached || neighbour < parent) ? neighbour : parent;
        }

        return parent;
    }

    private int[] Layers(int from)
    {
        int[] layers = new int[Count];
        Array.Fill(layers, Unreached);
        layers[from] = 0;
        Queue<int> queue = new([from]);
        while (queue.TryDequeue(out int current))
        {
            foreach (int next in Of(current))
            {
                if (layers[next] == Unreached)
                {
                    layers[next] = layers[current] + 1;
                    queue.Enqueue(next);
                }
            }
        }

        return layers;
    }

    private bool Linked(int from, int to) => Of(from).Contains(to);
}
