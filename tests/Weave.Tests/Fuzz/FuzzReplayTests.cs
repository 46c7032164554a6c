using Weave.Fuzz;
using Weave.Tests.Support;

namespace Weave.Tests.Fuzz;

/// <summary>Every parser stands its recorded inputs and a fixed number of mutations of them.</summary>
public sealed class FuzzReplayTests
{
    public static TheoryData<string> Targets() => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_parser_stands_recorded_and_mutated_inputs(string name)
    {
        FuzzTarget target = FuzzTargets.All.Single(target => target.Name == name);
        IReadOnlyList<byte[]> corpus = FuzzCorpus.Load(Vectors.Path(""), target.Seeds);
        Assert.NotEmpty(corpus);
        Assert.Null(new FuzzRun(target, corpus, seed: 7).Execute(mutations: 2000, watchTime: false));
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        byte[][] corpus = [[1, 2, 3, 4, 5], [9, 9, 9]];
        Mutator one = new(corpus, 3);
        Mutator two = new(corpus, 3);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(one.Next(), two.Next());
        }
    }
}
