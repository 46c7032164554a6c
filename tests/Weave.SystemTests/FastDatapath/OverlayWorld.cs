using Weave.Linux.Bpf;
using Weave.SystemTests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>Some hosts on one underlay switch, with tables for a topology of the test's choice.</summary>
internal sealed class OverlayWorld : IDisposable
{
    private static int _count;

    private readonly string _prefix = $"wfd{Environment.ProcessId}x{Interlocked.Increment(ref _count)}";
    private readonly List<OverlayHost> _hosts = [];

    internal OverlayWorld(int hosts)
    {
        Shell.Bash($"ip netns add {Switch} && ip -n {Switch} link add br0 type bridge && ip -n {Switch} link set br0 up");
        for (int number = 1; number <= hosts; number++)
        {
            _hosts.Add(new OverlayHost(_prefix, number, Switch));
        }
    }

    internal string Switch => $"{_prefix}-sw";

    internal IReadOnlyList<OverlayHost> Hosts => _hosts;

    internal OverlayHost this[int number] => _hosts[number - 1];

    /// <summary>Everybody beside everybody.</summary>
    internal OverlayWorld FullMesh() => Connect((_, _) => true);

    /// <summary>Each host beside the next one only.</summary>
    internal OverlayWorld Line() => Connect((a, b) => Math.Abs(a - b) == 1);

    /// <summary>Writes the tables that the routing rules give for this topology.</summary>
    internal OverlayWorld Connect(Func<int, int, bool> linked)
    {
        int[] all = [.. _hosts.Select(host => host.Number)];
        foreach (OverlayHost host in _hosts)
        {
            IDatapathTables tables = host.Datapath.Tables;
            foreach (OverlayHost other in _hosts.Where(other => other != host && linked(host.Number, other.Number)))
            {
                tables.SetNeighbour(other.Id, new DatapathNeighbour(other.Address, 0, Fast: true));
                tables.SetSource(other.Address, other.Id.Value);
            }

            foreach (int peer in all)
            {
                int next = NextHop(all, linked, host.Number, peer);
                tables.SetRoute(Id(peer), next == 0 ? DatapathRoute.None : DatapathRoute.Via(Id(next)));
                tables.SetHops(Id(peer), HopsFrom(all, linked, peer, host.Number));
            }

            tables.SetSelf(host.Id);
        }

        return this;
    }

    /// <summary>The underlay between two hosts takes packets of this size at most, both ways.</summary>
    internal void Narrow(int first, int second, int mtuBytes)
    {
        foreach ((OverlayHost from, OverlayHost to) in new[] { (this[first], this[second]), (this[second], this[first]) })
        {
            Shell.Bash($"ip -n {from.Name} route add {to.Address}/32 dev eth0 mtu {mtuBytes}");
        }
    }

    public void Dispose()
    {
        foreach (OverlayHost host in _hosts)
        {
            host.Dispose();
        }

        Shell.Bash($"ip netns del {Switch}");
    }

    private static ShortId Id(int number) => new((ushort)number);

    private static DatapathHops? HopsFrom(int[] all, Func<int, int, bool> linked, int source, int self)
    {
        int[] hops = BroadcastHops(all, linked, source, self);
        int upstream = all.FirstOrDefault(peer => peer != self && BroadcastHops(all, linked, source, peer).Contains(self));
        return hops.Length == 0 ? null : new DatapathHops(upstream == 0 ? null : Id(upstream), [.. hops.Select(Id)]);
    }

    private static int NextHop(int[] all, Func<int, int, bool> linked, int from, int to)
    {
        Dictionary<int, int> via = new() { [from] = 0 };
        List<int> layer = [from];
        while (layer.Count > 0)
        {
            List<int> next = [];
            foreach (int at in layer.Order())
            {
                foreach (int beside in all.Where(peer => peer != at && linked(at, peer) && !via.ContainsKey(peer)))
                {
                    via[beside] = at == from ? beside : via[at];
                    next.Add(beside);
                }
            }

            layer = next;
        }

        return via.GetValueOrDefault(to);
    }

    /// <summary>Search from the source until we come up; what of ours is not reached then is ours to serve.</summary>
    private static int[] BroadcastHops(int[] all, Func<int, int, bool> linked, int source, int self)
    {
        HashSet<int> reached = [source];
        List<int> layer = [source];
        while (layer.Count > 0)
        {
            List<int> next = [];
            foreach (int at in layer.Order())
            {
                int[] fresh = [.. all.Where(peer => peer != at && linked(at, peer) && !reached.Contains(peer))];
                if (at == self)
                {
                    return fresh;
                }

                reached.UnionWith(fresh);
                next.AddRange(fresh);
            }

            layer = next;
        }

        return [];
    }
}
