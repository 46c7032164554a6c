using Microsoft.Extensions.Time.Testing;
using Weave.Plugin.Guard;

namespace Weave.Tests.Plugin;

/// <summary>Docker waits only for a router that is on its way (docs/adr/0076).</summary>
public sealed class RouterExpectationTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();
    private readonly StringWriter _error = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("weave-guard").FullName;

    private string NoRouter => Path.Combine(_folder, "no-router");

    public void Dispose()
    {
        _error.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_guard_that_was_just_installed_expects_nobody()
    {
        File.WriteAllBytes(NoRouter, []);
        Assert.Equal(TimeSpan.Zero, Begin().Patience);
    }

    [Fact]
    public void A_guard_by_hand_expects_nobody() =>
        Assert.Equal(TimeSpan.Zero, new RouterExpectation(_time, new RouterMemory(null, _error)).Patience);

    [Fact]
    public void After_a_first_router_each_start_of_dockerd_waits_for_the_next()
    {
        File.WriteAllBytes(NoRouter, []);
        Begin().Arrived();
        RouterExpectation next = Begin();
        Assert.Equal(RouterExpectation.BootPatience, next.Patience);
        _time.Advance(RouterExpectation.BootPatience - Moment);
        next.Missing();
        Assert.Equal(Moment, next.Patience);
        _time.Advance(Moment);
        Assert.Equal(TimeSpan.Zero, next.Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_router_of_the_dockerd_before_is_started_again(bool orderly)
    {
        RouterExpectation guard = Begin();
        guard.Arrived();
        _time.Advance(Moment);
        guard.Left(orderly);
        Assert.Equal(RouterExpectation.BootPatience - Moment, guard.Patience);
        guard.Missing();
        guard.Arrived();
        guard.Left(orderly: true); // and that one was stopped by the user
        Assert.Equal(TimeSpan.Zero, guard.Patience);
    }

    [Fact]
    public void A_router_that_is_stopped_soon_after_dockerds_start_is_not_waited_for()
    {
        RouterExpectation guard = Begin();
        guard.Missing();
        guard.Arrived();
        guard.Left(orderly: true);
        Assert.Equal(TimeSpan.Zero, guard.Patience);
    }

    [Fact]
    public void A_killed_router_is_waited_for_less_than_a_second_by_each_call_and_two_in_all()
    {
        RouterExpectation guard = Begin();
        guard.Missing();
        guard.Arrived();
        guard.Left(orderly: false);
        Assert.Equal(RouterExpectation.CallPatience, guard.Patience);
        Assert.InRange(guard.Patience, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        _time.Advance(RouterExpectation.RestartPatience - Moment);
        Assert.Equal(Moment, guard.Patience);
        _time.Advance(Moment);
        Assert.Equal(TimeSpan.Zero, guard.Patience);
    }

    /// <summary>Docker starts it again with everything else, whoever stopped it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void However_a_router_ended_it_is_expected_when_dockerd_starts(bool orderly)
    {
        RouterExpectation guard = Begin();
        guard.Arrived();
        guard.Left(orderly);
        _time.Advance(TimeSpan.FromDays(1));
        guard.Missing();
        Assert.Equal(RouterExpectation.BootPatience, Begin().Patience);
    }

    [Fact]
    public void A_file_that_cannot_be_removed_is_told()
    {
        string file = Path.Combine(_folder, "none", "no-router");
        new RouterMemory(file, _error).Remember();
        Assert.StartsWith($"{file}: ", _error.ToString(), StringComparison.Ordinal);
    }

    private RouterExpectation Begin() => new(_time, new RouterMemory(NoRouter, _error));
}
