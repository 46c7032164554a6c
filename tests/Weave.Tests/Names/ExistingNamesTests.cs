using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Daemon;
using Weave.Docker;
using Weave.Names;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Names;

public sealed class ExistingNamesTests
{
    /// <summary>dockerd answers nobody while it starts its containers, and these wait until our doors are open.</summary>
    [Fact]
    public async Task A_dockerd_that_does_not_answer_yet_holds_the_start_up_for_a_second_only_and_is_heard_later()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(async context =>
        {
            asked.TrySetResult();
            await started.Task;
            await context.Response.WriteAsync("[]");
        });
        using DockerClient docker = new(dockerd.Host);
        FakeTimeProvider time = new();
        using ExistingNames existing = new(new DaemonOptions(), docker, null!, new NoNames(), time, NullLogger<ExistingNames>.Instance);
        Task starting = existing.StartAsync(default);
        await asked.Task;
        Assert.False(starting.IsCompleted, "it waits a little, for a dockerd that is only slow");
        time.Advance(ExistingNames.Patience);
        await starting;
        Assert.False(existing.ExecuteTask!.IsCompleted, "it still listens");
        started.SetResult();
        await existing.ExecuteTask;
    }

    private sealed class NoNames : INameRegistry
    {
        public string Domain => "weave.local.";

        public Task RegisterAsync(string container, string fqdn, Ipv4Address address, CancellationToken cancel) => throw new NotSupportedException();

        public Task DeleteAsync(string? container, string? fqdn, Ipv4Address? address, CancellationToken cancel) => throw new NotSupportedException();

        public void OnContainerStarted(string container) => throw new NotSupportedException();

        public void OnContainerDied(string container, long? heardAt = null) => throw new NotSupportedException();

        public void OnContainerDestroyed(string container) => throw new NotSupportedException();
    }
}
