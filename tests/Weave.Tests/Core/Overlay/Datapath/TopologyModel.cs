using System.Collections.Frozen;
using Weave.Core.Mesh;
using Weave.Core.Overlay.Datapath;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Overlay.Datapath;

/// <summary>Peers 0 to n-1 with links, and routes found in the plainest way.</summary>
internal sealed class TopologyModel(int peers, Func<int, int, bool> linked)
{
    internal int Count => peers;

    internal static TopologyModel Random(ulong seed, int peers)
    {
        SeededRandom random = new(seed);
        bool[,] links = new bool[peers, peers];
        for (int a = 0; a < peers; a++)
        {
            for (int b = 0; b < a; b++)
            {
                links[a, b] = links[b, a] = random.Next(3) == 0 || b == a - 1 - random.Next(3);
            }
        }

        return new TopologyModel(peers, (a, b) => links[a, b]);
    }

    internal static PeerName Name(int peer) => new((ulong)(peer + 1));

    internal static Ipv4Address Address(int peer) => new(0x0A4D_0000u + (uint)peer + 1);

    /// <summary>Zero is an id like any other.</summary>
    internal static ShortId Id(int peer) => new((ushort)(peer * 37 % ShortId.Count));

    internal IReadOnlyDictionary<PeerName, NeighbourPath> PathsOf(int self) => Neighbours(self).ToDictionary(
        Name, peer => new NeighbourPath(Id(peer), Address(peer), 0, Carries: true));

    internal RoutesSnapshot RoutesOf(int self) => new Snapshot(this, self);

    private IEnumerable<int> Neighbours(int of) => Enumerable.Range(0, peers).Where(peer => peer != of && linked(of, peer));

    /// <summary>Layers from <paramref name="from"/>, each in ascending order; ends when <paramref name="until"/> comes up.</summary>
    private Dictionary<int, int> Search(int from, int until)
    {
        Dictionary<int, int> via = new() { [from] = from };
        List<int> layer = [from];
        while (layer.Count > 0)
        {
            List<int> next = [];
            foreach (int at in layer.Order())
            {
                if (at == until)
                {
                    return via;
                }

                foreach (int beside in Neighbours(at).Where(peer => !via.ContainsKey(peer)).ToArray())
                {
                    via[beside] = at == from ? beside : via[at];
                    next.Add(beside);
                }
            }

            layer = next;
        }

        return via;
    }

    private sealed class Snapshot(TopologyModel model, int self) : RoutesSnapshot
    {
        public override PeerName Self => Name(self);

        public override FrozenDictionary<PeerName, PeerName> Unicast => model.Search(self, -1).ToFrozenDictionary(
            pair => Name(pair.Key), pair => pair.Key == self ? PeerName.Unknown : Name(pair.Value));

        public override FrozenDictionary<ShortId, PeerName> ByShortId =>
            Enumerable.Range(0, model.Count).ToFrozenDictionary(Id, Name);

        public override FrozenDictionary<PeerName, ShortId> ShortIds =>
            Enumerable.Range(0, model.Count).ToFrozenDictionary(Name, Id);

        public override PeerName Upstream(PeerName source)
        {
            for (int parent = 0; parent < model.Count; parent++)
            {
                if (parent != self && new Snapshot(model, parent).Broadcast(source).Contains(Self))
                {
                    return Name(parent);
                }
            }

            return PeerName.Unknown;
        }

        public override IReadOnlyList<PeerName> Broadcast(PeerName source)
        {
            Dictionary<int, int> reached = model.Search((int)source.Value - 1, self);
            return reached.ContainsKey(self) ? [.. model.Neighbours(self).Where(peer => !reached.ContainsKey(peer)).Select(Name)] : [];
        }
    }
}
