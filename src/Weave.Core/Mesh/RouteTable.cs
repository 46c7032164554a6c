using System.Collections.Frozen;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Next hops and broadcast trees over one of the two graphs. Immutable to the eye: dictionaries and broadcast lists
/// are made on first use, and any thread may be the first.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.11.</remarks>
internal sealed class RouteTable : RoutesSnapshot
{
    private readonly RouteGraph _graph;
    private readonly Adjacency _links;
    private readonly int[] _hops;
    private readonly PeerName[]?[] _broadcasts;
    private FrozenDictionary<PeerName, PeerName>? _unicast;
    private FrozenDictionary<ShortId, PeerName>? _byShortId;
    private FrozenDictionary<PeerName, ShortId>? _shortIds;

    internal RouteTable(RouteGraph graph, Adjacency links)
    {
        _graph = graph;
        _links = links;
        _hops = new int[graph.Names.Length];
        _broadcasts = new PeerName[graph.Names.Length][];
        links.Search(graph.Self, Adjacency.Unreached, _hops);
    }

    public override PeerName Self => _graph.Names[_graph.Self];

    public override FrozenDictionary<PeerName, PeerName> Unicast => _unicast ??= MakeUnicast();

    public override FrozenDictionary<ShortId, PeerName> ByShortId => _byShortId ??= Owners().ToFrozenDictionary(pair => pair.Id, pair => pair.Name);

    public override FrozenDictionary<PeerName, ShortId> ShortIds => _shortIds ??= Owners().ToFrozenDictionary(pair => pair.Name, pair => pair.Id);

    /// <summary>Per rank the rank of the next hop, or <see cref="Adjacency.Unreached"/>.</summary>
    internal ReadOnlySpan<int> Hops => _hops;

    internal RouteGraph Graph => _graph;

    internal Adjacency Links => _links;

    /// <summary>
    /// Makes each of these its own next hop. What lies behind it, and broadcasts, go as they would: others do not know of
    /// the link. Before the table is shown to anybody.
    /// </summary>
    internal void GoStraightTo(IEnumerable<PeerName> neighbours)
    {
        foreach (PeerName neighbour in neighbours)
        {
            if (_graph.TryRank(neighbour, out int rank) && rank != _graph.Self)
            {
                _hops[rank] = rank;
            }
        }
    }

    /// <summary>The next hop, without making the dictionary. Our own entry is <see cref="PeerName.Unknown"/>.</summary>
    internal bool TryNextHop(PeerName destination, out PeerName hop)
    {
        hop = default;
        if (!_graph.TryRank(destination, out int rank) || _hops[rank] == Adjacency.Unreached)
        {
            return false;
        }

        hop = HopAt(rank);
        return true;
    }

    public override IReadOnlyList<PeerName> Broadcast(PeerName source)
    {
        if (!_graph.TryRank(source, out int rank))
        {
            return [];
        }

        // Two threads may both compute it; they find the same.
        return Volatile.Read(ref _broadcasts[rank]) ?? Keep(rank, MakeBroadcast(rank));
    }

    public override PeerName Upstream(PeerName source)
    {
        int parent = _graph.TryRank(source, out int rank) ? _links.ParentOf(_graph.Self, rank) : Adjacency.Unreached;
        return parent == Adjacency.Unreached ? PeerName.Unknown : _graph.Names[parent];
    }

    /// <summary>The sources whose broadcast list was asked for so far, ascending.</summary>
    internal IEnumerable<PeerName> UsedBroadcastSources()
    {
        for (int rank = 0; rank < _broadcasts.Length; rank++)
        {
            if (Volatile.Read(ref _broadcasts[rank]) is not null)
            {
                yield return _graph.Names[rank];
            }
        }
    }

    private PeerName[] Keep(int rank, PeerName[] hops)
    {
        Volatile.Write(ref _broadcasts[rank], hops);
        return hops;
    }

    private PeerName[] MakeBroadcast(int source)
    {
        int[] reached = new int[_hops.Length];
        if (!_links.Search(source, _graph.Self, reached))
        {
            return [];
        }

        List<PeerName> hops = [];
        foreach (int neighbour in _links.Of(_graph.Self))
        {
            if (reached[neighbour] == Adjacency.Unreached)
            {
                hops.Add(_graph.Names[neighbour]);
            }
        }

        hops.Sort();
        return [.. hops];
    }

    private PeerName HopAt(int rank) => rank == _graph.Self ? PeerName.Unknown : _graph.Names[_hops[rank]];

    private FrozenDictionary<PeerName, PeerName> MakeUnicast()
    {
        Dictionary<PeerName, PeerName> table = new(_hops.Length);
        for (int rank = 0; rank < _hops.Length; rank++)
        {
            if (_hops[rank] != Adjacency.Unreached)
            {
                table.Add(_graph.Names[rank], HopAt(rank));
            }
        }

        return table.ToFrozenDictionary();
    }

    private IEnumerable<(PeerName Name, ShortId Id)> Owners()
    {
        for (int rank = 0; rank < _graph.ShortIds.Length; rank++)
        {
            if (_graph.ShortIds[rank] is ShortId id)
            {
                yield return (_graph.Names[rank], id);
            }
        }
    }
}
