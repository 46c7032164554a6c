using Weave.Daemon;

namespace Weave.Tests.Daemon;

public sealed class ControlLoopTests
{
    /// <summary>Or routes that a piece of work changed would wait for the next one before the kernel hears of them.</summary>
    [Fact]
    public async Task The_steps_at_the_end_see_what_all_others_did_whoever_was_there_first()
    {
        using CancellationTokenSource stop = new();
        ControlLoop loop = new(TimeProvider.System);
        TaskCompletionSource<string> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string routes = "";
        loop.AtEnd(() => seen.TrySetResult(routes));
        loop.AfterEach(() => routes += ", carried out");
        Task running = loop.RunAsync(stop.Token);
        await loop.PostAsync(() => routes += "changed", stop.Token);
        Assert.Equal("changed, carried out", await seen.Task);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
