using Weave.Core.Overlay;
using Weave.Core.Primitives;

namespace Weave.Tests.Core.Overlay;

/// <summary>The search against paths that take exactly so much.</summary>
public sealed class PathMtuSearchTests
{
    private const int Overhead = 86;

    [Fact]
    public void Every_path_is_found_exactly()
    {
        for (int underlay = 700; underlay <= 9000; underlay += 37)
        {
            PathMtuSearch search = new(Overhead);
            TimeSpan now = TimeSpan.Zero;
            MtuStep step = search.OnTooBig(now, 9000);
            Settle(search, ref now, step, underlay - Overhead, loss: null);
            Assert.Equal(Math.Max(552, underlay - Overhead), search.Mtu);
        }
    }

    [Fact]
    public void Loss_never_makes_it_too_big()
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            PathMtuSearch search = new(Overhead);
            TimeSpan now = TimeSpan.Zero;
            MtuStep step = search.OnTooBig(now, 1500);
            Settle(search, ref now, step, 1300, new SeededRandom(seed));
            Assert.InRange(search.Mtu, 552, 1300);
        }
    }

    [Fact]
    public void A_kernel_that_is_right_is_believed_after_one_test()
    {
        PathMtuSearch search = new(Overhead);
        Assert.Equal(MtuStep.SendTest, search.OnTooBig(TimeSpan.Zero, 1500));
        Assert.Equal(1414, search.Candidate);
        Assert.Equal(1414, search.Mtu);
        Assert.Equal(MtuStep.Nothing, search.OnTooBig(TimeSpan.Zero, 1500));
        Assert.Equal(MtuStep.Settled, search.OnAcknowledged(TimeSpan.Zero, 1414));
        Assert.Equal(1414, search.Mtu);
        Assert.Null(search.NextDeadline);
    }

    [Fact]
    public void Tests_are_repeated_at_doubling_intervals_eight_times()
    {
        PathMtuSearch search = new(Overhead);
        search.OnTooBig(TimeSpan.Zero, 1500);
        TimeSpan now = TimeSpan.Zero;
        List<double> waits = [];
        while (search.Candidate == 1414)
        {
            waits.Add((search.NextDeadline!.Value - now).TotalMilliseconds);
            now = search.NextDeadline.Value;
            search.OnDeadline(now);
        }

        Assert.Equal([10, 20, 40, 80, 160, 320, 640, 1280], waits);
        Assert.Equal((552 + 1414) / 2, search.Candidate);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(68)]
    [InlineData(552)]
    [InlineData(575)]
    public void Claims_below_576_bytes_are_ignored(int claim)
    {
        PathMtuSearch search = Settled(1500);
        Assert.Equal(MtuStep.Nothing, search.OnHint(TimeSpan.Zero, claim));
        Assert.Equal(MtuStep.Nothing, search.OnTooBig(TimeSpan.Zero, claim));
        Assert.Equal(1414, search.Mtu);
    }

    [Fact]
    public void A_false_claim_changes_nothing_as_long_as_the_present_size_is_acknowledged()
    {
        PathMtuSearch search = Settled(1500);
        Assert.Equal(MtuStep.SendTest, search.OnHint(TimeSpan.Zero, 600));
        Assert.Equal(1414, search.Candidate);
        Assert.Equal(MtuStep.Settled, search.OnAcknowledged(TimeSpan.Zero, 1414));
        Assert.Equal(1414, search.Mtu);
    }

    [Fact]
    public void A_true_claim_is_the_first_thing_tried_when_the_present_size_is_lost()
    {
        PathMtuSearch search = Settled(1500);
        TimeSpan now = TimeSpan.Zero;
        MtuStep step = search.OnHint(now, 1400);
        while (search.Candidate == 1414)
        {
            now = search.NextDeadline!.Value;
            step = search.OnDeadline(now);
        }

        Assert.Equal(1400 - Overhead, search.Candidate);
        Settle(search, ref now, step, 1400 - Overhead, loss: null);
        Assert.Equal(1400 - Overhead, search.Mtu);
    }

    [Fact]
    public void A_path_that_became_narrower_in_silence_is_noticed()
    {
        PathMtuSearch search = Settled(1500);
        TimeSpan now = TimeSpan.Zero;
        Settle(search, ref now, search.Verify(now), 1000, loss: null);
        Assert.Equal(1000, search.Mtu);
    }

    private static PathMtuSearch Settled(int underlay)
    {
        PathMtuSearch search = new(Overhead);
        search.OnTooBig(TimeSpan.Zero, underlay);
        search.OnAcknowledged(TimeSpan.Zero, search.Candidate);
        return search;
    }

    /// <summary>Plays the network: tests up to <paramref name="capacity"/> arrive and are acknowledged at once.</summary>
    private static void Settle(PathMtuSearch search, ref TimeSpan now, MtuStep step, int capacity, SeededRandom? loss)
    {
        for (int i = 0; i < 1000 && step != MtuStep.Settled; i++)
        {
            bool lost = loss is not null && loss.Next(4) == 0;
            if (step == MtuStep.SendTest && search.Candidate <= capacity && !lost)
            {
                step = search.OnAcknowledged(now, search.Candidate);
            }
            else
            {
                now = search.NextDeadline!.Value;
                step = search.OnDeadline(now);
            }
        }

        Assert.Equal(MtuStep.Settled, step);
    }
}
