using BenchmarkDotNet.Attributes;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Benchmarks.Names;

/// <summary>From the bytes of a query to the bytes of its answer, among 100,000 names.</summary>
[MemoryDiagnoser]
public class ResolverBenchmarks
{
    private static readonly byte[] Query = Convert.FromHexString("123401000001000000000000036e3432057765617665056c6f63616c0000010001");
    private static readonly byte[] Unknown = Convert.FromHexString("123401000001000000000000046e6f7065057765617665056c6f63616c0000010001");

    private readonly byte[] _reply = new byte[NameResolver.LargestMessage];
    private NameResolver _resolver = null!;

    [GlobalSetup]
    public void SetUp()
    {
        DnsBenchServer peer = new();
        NameDatabase names = new("weave.local.", peer, peer);
        for (uint i = 0; i < 100_000; i++)
        {
            names.Register(default, "c", $"n{i}.weave.local.", new Ipv4Address(i));
        }

        _resolver = new NameResolver(names.Index, "weave.local.", 1, new SeededRandom(1));
    }

    [Benchmark]
    public int Known()
    {
        _resolver.Answer(Query, true, _reply, out int length);
        return length;
    }

    [Benchmark]
    public int NotThere()
    {
        _resolver.Answer(Unknown, true, _reply, out int length);
        return length;
    }
}
