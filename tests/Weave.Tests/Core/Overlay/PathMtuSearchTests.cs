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
    public void Tests_of_the_size_in_use_are_repeated_at_doubling_intervals_eight_times()
    {
        PathMtuSearch search = Settled(1500);
        search.Verify(TimeSpan.Zero);
        Assert.Equal([10, 20, 40, 80, 160, 320, 640, 1280], Lose(search, 1414, witnessed: true));
        Assert.Equal((552 + 1414) / 2, search.Candidate);
    }

    [Fact]
    public void A_size_that_was_never_in_use_is_given_up_as_soon_as_four_witnesses_tell_that_it_is_the_size()
    {
        PathMtuSearch search = new(Overhead);
        search.OnTooBig(TimeSpan.Zero, 1500);
        Assert.Equal([10, 20, 40, 80, 160], Lose(search, 1414, witnessed: true));
        Assert.Equal((552 + 1414) / 2, search.Candidate);
    }

    /// <summary>A link that is down for a while, or a neighbour or a control connection that stands still.</summary>
    [Theory]
    [InlineData(12)]
    [InlineData(59)]
    public void Tests_that_nobody_could_answer_prove_nothing(int outage)
    {
        PathMtuSearch search = Settled(1500);
        TimeSpan now = TimeSpan.Zero;
        for (int second = 0; second < outage; second += 10)
        {
            now = TimeSpan.FromSeconds(second);
            search.Verify(now);
            Assert.Equal([10, 20, 40, 80, 160, 320, 640, 1280], Lose(search, 1414, witnessed: false));
            Assert.Equal(0, search.Candidate);
            Assert.Equal(1414, search.Mtu);
        }

        Assert.Equal(MtuStep.SendTest, search.Verify(now + TimeSpan.FromSeconds(10)));
        Assert.Equal(1414, search.Candidate);
        Assert.Equal(MtuStep.Settled, search.OnAcknowledged(now, 1414));
        Assert.Equal(1414, search.Mtu);
    }

    [Fact]
    public void A_search_that_the_path_left_in_the_middle_goes_on_from_its_beginning()
    {
        PathMtuSearch search = new(Overhead);
        search.OnTooBig(TimeSpan.Zero, 1500);
        Lose(search, 1414, witnessed: true);
        Lose(search, (552 + 1414) / 2, witnessed: false);
        TimeSpan now = TimeSpan.FromSeconds(10);
        Settle(search, ref now, search.Verify(now), 1414, loss: null);
        Assert.Equal(1414, search.Mtu);
    }

    /// <summary>A network card takes 9000 bytes and the path behind it 1500, without a word.</summary>
    [Fact]
    public void Behind_a_device_that_takes_more_the_common_size_is_found_within_half_a_second()
    {
        PathMtuSearch search = new(Overhead);
        TimeSpan now = TimeSpan.Zero;
        MtuStep step = search.OnTooBig(now, 9000);
        Settle(search, ref now, step, 1414, loss: null, until: () => search.Mtu == 1414);
        Assert.InRange(now, TimeSpan.Zero, TimeSpan.FromSeconds(0.5));
        Settle(search, ref now, search.OnDeadline(now), 1414, loss: null, lowest: 1414);
        Assert.Equal(1414, search.Mtu);
        Assert.InRange(now, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_path_that_is_as_wide_as_before_is_used_as_before_while_a_wider_one_is_looked_for()
    {
        PathMtuSearch search = Settled(1400);
        TimeSpan now = TimeSpan.Zero;
        Settle(search, ref now, search.OnTooBig(now, 1500), 1400 - Overhead, loss: null, lowest: 1400 - Overhead);
        Assert.Equal(1400 - Overhead, search.Mtu);
    }

    [Fact]
    public void An_answer_that_was_long_under_way_is_an_answer()
    {
        PathMtuSearch search = new(Overhead);
        search.OnTooBig(TimeSpan.Zero, 1500);
        Lose(search, 1414, witnessed: true);
        Assert.Equal(MtuStep.Settled, search.OnAcknowledged(TimeSpan.FromSeconds(1), 1414));
        Assert.Equal(1414, search.Mtu);
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
        search.OnHint(now, 1400);
        Lose(search, 1414, witnessed: true);
        Assert.Equal(1400 - Overhead, search.Candidate);
        Settle(search, ref now, MtuStep.SendTest, 1400 - Overhead, loss: null);
        Assert.Equal(1400 - Overhead, search.Mtu);
    }

    [Fact]
    public void A_claim_that_comes_while_the_present_size_is_tested_is_tried_as_well()
    {
        PathMtuSearch search = Settled(1500);
        search.Verify(TimeSpan.Zero);
        Assert.Equal(MtuStep.Nothing, search.OnHint(TimeSpan.Zero, 1400));
        Lose(search, 1414, witnessed: true);
        Assert.Equal(1400 - Overhead, search.Candidate);
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

    /// <summary>Lets every test of a size be lost; witnesses are answered, or nobody answers anything.</summary>
    /// <returns>The waits, in milliseconds.</returns>
    private static List<double> Lose(PathMtuSearch search, int size, bool witnessed)
    {
        List<double> waits = [];
        TimeSpan before = default;
        while (search.Candidate == size)
        {
            TimeSpan now = search.NextDeadline!.Value;
            waits.Add(waits.Count == 0 ? 10 : (now - before).TotalMilliseconds);
            before = now;
            if (search.OnDeadline(now) == MtuStep.SendTestAndWitness && witnessed)
            {
                Assert.Equal(MtuStep.Nothing, search.OnAcknowledged(now, search.Witness));
            }
        }

        return waits;
    }

    /// <summary>Plays the network: tests up to <paramref name="capacity"/> arrive and are acknowledged at once, but for what is lost by chance.</summary>
    private static void Settle(
        PathMtuSearch search, ref TimeSpan now, MtuStep step, int capacity, SeededRandom? loss, int lowest = 0, Func<bool>? until = null)
    {
        bool Arrives(int size) => size <= capacity && (loss is null || loss.Next(4) != 0);
        for (int i = 0; i < 1000 && step != MtuStep.Settled && until?.Invoke() != true; i++)
        {
            Assert.InRange(search.Mtu, lowest, PathMtuSearch.UnknownMtu);
            if (step == MtuStep.SendTestAndWitness && Arrives(search.Witness))
            {
                search.OnAcknowledged(now, search.Witness);
            }

            if (step is MtuStep.SendTest or MtuStep.SendTestAndWitness && Arrives(search.Candidate))
            {
                step = search.OnAcknowledged(now, search.Candidate);
            }
            else
            {
                now = search.NextDeadline ?? now + TimeSpan.FromSeconds(10); // the next heartbeat
                step = search.NextDeadline is null ? search.Verify(now) : search.OnDeadline(now);
            }
        }

        Assert.True(step == MtuStep.Settled || until is not null);
    }
}
