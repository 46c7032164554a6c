using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>Laws of merging, over random updates from fixed seeds.</summary>
public sealed class TopologyProperties
{
    private static readonly PeerName Self = new(500);

    [Fact]
    public void Merging_again_yields_nothing_and_the_order_of_updates_does_not_matter()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            SeededRandom random = new(seed);
            List<List<PeerRecord>> updates = [.. Enumerable.Range(0, 6).Select(_ => RandomUpdate(random))];
            Topology forwards = New();
            Topology backwards = New();
            updates.ForEach(update => forwards.Merge(update, new TopologyChanges()));
            Enumerable.Reverse(updates).ToList().ForEach(update => backwards.Merge(update, new TopologyChanges()));

            Assert.Equal(TopologyJson.Describe(forwards), TopologyJson.Describe(backwards));
            foreach (List<PeerRecord> update in updates)
            {
                Assert.True(forwards.Merge(update, new TopologyChanges()).Fresh.Count == 0, $"seed {seed}");
            }
        }
    }

    [Fact]
    public void What_is_told_on_brings_another_topology_to_the_same_state()
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            SeededRandom random = new(seed);
            Topology source = New();
            Topology copy = New();
            for (int i = 0; i < 6; i++)
            {
                TopologyMerge merge = source.Merge(RandomUpdate(random), new TopologyChanges());
                byte[] delta = TopologyPayload.Write(merge.Fresh.Select(name => source.Find(name)!));
                Assert.True(copy.TryMerge(delta, new TopologyChanges(), out TopologyMerge told, out string? error), error);
                Assert.Equal(merge.Fresh, told.Fresh);
                Assert.True(copy.TryMerge(delta, new TopologyChanges(), out TopologyMerge again, out _) && again.Fresh.Count == 0, $"seed {seed}");
            }

            Assert.Equal(Described(source), Described(copy));
        }
    }

    [Fact]
    public void Random_bytes_change_nothing_or_are_taken_whole()
    {
        SeededRandom random = new(9);
        byte[] update = TopologyPayload.Write(RandomUpdate(random));
        for (int i = 0; i < 5000; i++)
        {
            byte[] damaged = [.. update];
            for (int hits = 1 + random.Next(4); hits > 0; hits--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            Topology topology = New();
            if (!topology.TryMerge(damaged, new TopologyChanges(), out _, out string? error))
            {
                Assert.NotNull(error);
                Assert.Equal(1, topology.Count);
            }
        }
    }

    [Fact]
    public void Merging_what_is_known_allocates_little_whatever_its_size()
    {
        Topology topology = New();
        byte[] update = TopologyPayload.Write(Enumerable.Range(1, 100).Select(n => RandomPeer(new SeededRandom((ulong)n), (ulong)n, 8)));
        TopologyChanges changes = new();
        Assert.True(topology.TryMerge(update, changes, out _, out _));
        const long Budget = 32 * 1024; // names of the peers described, and nothing per link
        Assert.InRange(Allocations.Least(() => topology.TryMerge(update, changes, out _, out _), Budget), 0, Budget);
    }

    /// <summary>Without placeholders: an outdated telling can leave one behind until the next collection.</summary>
    private static IEnumerable<string> Described(Topology topology) =>
        topology.Names.Select(name => topology.Find(name)!).Where(peer => peer.Uid != 0).Select(TopologyJson.Describe);

    private static Topology New() => new(Self, "self", 5, new ShortId(4000), new SeededRandom(3));

    private static List<PeerRecord> RandomUpdate(SeededRandom random) =>
        [.. Enumerable.Range(0, 1 + random.Next(5)).Select(_ => RandomPeer(random, (ulong)(1 + random.Next(8)), random.Next(4)))];

    /// <summary>The same name, UID and version always has the same content, as real peers have.</summary>
    private static PeerRecord RandomPeer(SeededRandom random, ulong name, int links)
    {
        ulong uid = (ulong)(1 + random.Next(2));
        ulong version = (ulong)random.Next(4);
        SeededRandom content = new((name * 1000) + (uid * 100) + version);
        SortedDictionary<PeerName, PeerLink> list = [];
        for (int i = 0; i < (links == 8 ? 8 : content.Next(4)); i++)
        {
            PeerName remote = new((ulong)(1 + content.Next(8)));
            list[remote] = new PeerLink(remote, $"10.0.0.{remote.Value}:6783", content.Next(2) == 0, content.Next(2) == 0);
        }

        return new PeerRecord(new PeerName(name), $"n{name}", uid, version, new ShortId((ushort)(name * 3)), [.. list.Values]);
    }
}
