using BenchmarkDotNet.Attributes;
using Weave.Benchmarks.Names;
using Weave.Core.Ipam;
using Weave.Core.Primitives;
using Weave.Ipam;
using Weave.Persistence;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Benchmarks.Ipam;

/// <summary>
/// An address from own space given out and freed, from the request to the answer, with the record in memory or in its
/// journal, which is not waited for (no fsync): in a mesh of few and of many pieces, beside few and many containers.
/// </summary>
/// <remarks>The budget is 50 µs for one allocation, and so 100 µs for what is measured here (10,000 a second).</remarks>
[MemoryDiagnoser]
public class AllocatorBenchmarks
{
    private static readonly Ipv4Cidr Universe = Ipv4Cidr.Parse("10.32.0.0/12");
    private static readonly Moment Now = new(TimeSpan.Zero, 1_700_000_000);

    private Allocator _allocator = null!;
    private StateStore? _journal;
    private string? _directory;
    private int _given;

    /// <summary>Containers that have addresses already.</summary>
    [Params(0, 10_000)]
    public int Containers { get; set; }

    /// <summary>Pieces of the ring; every second one is ours.</summary>
    [Params(2, 1_000)]
    public int Pieces { get; set; }

    /// <summary>Written to a file, not only to memory.</summary>
    [Params(false, true)]
    public bool Journal { get; set; }

    [GlobalCleanup]
    public void CleanUp()
    {
        _journal?.Dispose();
        if (_directory is not null)
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [GlobalSetup]
    public void SetUp()
    {
        _given = 0;
        DnsBenchServer peer = new();
        StoredAllocation store = new(Journal ? OpenJournal() : new MemoryStateStore(), peer.Self);
        Ipv4Range range = Ipv4Range.Of(Universe);
        uint size = range.Size / (uint)Pieces;
        RingEntry[] entries = [.. Enumerable.Range(0, Pieces).Select(i => new RingEntry(
            new Ipv4Address(range.Start.Value + ((uint)i * size)), i % 2 == 0 ? peer.Self : new PeerName(2), 1, size))];
        store.Commit(new AllocationChange(new RingState(range, peer.Self, entries, [peer.Self, new PeerName(2)]), [], null, StartOver: false));
        _allocator = new Allocator(new AllocatorOptions(Universe, () => 1, IsObserver: false, [], []), peer, peer, new SeededRandom(1), store);
        _allocator.Start(Now);
        for (int i = 0; i < Containers; i++)
        {
            Allocate($"{i:x64}");
        }

        if (_given != Containers)
        {
            throw new InvalidOperationException($"only {_given} of {Containers} containers have an address");
        }
    }

    [Benchmark]
    public int AllocateAndFree()
    {
        Allocate("benchmark");
        Free("benchmark");
        return _given;
    }

    internal void Allocate(string container) =>
        _allocator.Submit(Now, new AllocateRequest(container, Universe, isContainer: true, answer => _given += answer.Error is null ? 1 : 0));

    internal void Free(string container)
    {
        if (_allocator.Delete(Now, container) is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }
    }

    private StateStore OpenJournal()
    {
        _directory = Directory.CreateTempSubdirectory("weave-bench-").FullName;
        return _journal = StateStore.Open(Path.Combine(_directory, "weave"), [], durable: false);
    }
}
