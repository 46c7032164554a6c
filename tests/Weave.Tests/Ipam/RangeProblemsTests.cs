using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Ipam;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Tests.Ipam;

public sealed class RangeProblemsTests
{
    [Fact]
    public void A_peer_with_another_range_is_a_problem_until_it_has_ours()
    {
        ProblemBoard board = new(new FakeTimeProvider(), NullLogger<ProblemBoard>.Instance);
        RangeProblems problems = new(board);
        problems.Show(new SortedDictionary<PeerName, string> { [new PeerName(2)] = "theirs is another" });
        Assert.Equal(["range: theirs is another"], board.Texts());
        problems.Show(new SortedDictionary<PeerName, string> { [new PeerName(2)] = "it is away" });
        Assert.Equal(["range: it is away"], board.Texts());
        problems.Show(new SortedDictionary<PeerName, string>());
        Assert.Empty(board.Texts());
    }
}
