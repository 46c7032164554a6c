using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Docker;
using Weave.Ipam;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Ipam;

public sealed class OwnerPrunerTests
{
    private const string Container = "c9";

    /// <summary>As <c>weave attach</c> does while the router starts beside a dockerd with hundreds of containers.</summary>
    [Fact]
    public async Task A_container_that_came_while_Docker_wrote_its_list_keeps_its_address()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/containers/json", StringComparison.Ordinal))
            {
                asked.TrySetResult();
                await written.Task;
                await context.Response.WriteAsync("[]");
                return;
            }

            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using DockerClient docker = new(dockerd.Host);
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync();
        using OwnerPruner pruner = new(daemon.Allocation, docker, TimeProvider.System, NullLogger<OwnerPruner>.Instance);
        Listed listed = new();
        using ContainerWatch watch = new(docker, [pruner, listed], TimeProvider.System, NullLogger<ContainerWatch>.Instance);
        await watch.StartAsync(CancellationToken.None);
        await asked.Task;
        Ipv4Cidr given = await daemon.Allocation.AllocateAsync(Container, daemon.Allocation.DefaultSubnet, isContainer: true, CancellationToken.None);
        written.SetResult();
        await listed.Task;
        Assert.Equal([given], await daemon.Allocation.LookupAsync(Container, null, CancellationToken.None));
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_container_that_was_gone_before_its_address_was_given_is_found_out_within_two_minutes()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(context => context.Response.WriteAsync("[]"));
        using DockerClient docker = new(dockerd.Host);
        FakeTimeProvider time = new();
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync(time: time);
        using OwnerPruner pruner = new(daemon.Allocation, docker, time, NullLogger<OwnerPruner>.Instance);
        await daemon.Allocation.AllocateAsync(Container, daemon.Allocation.DefaultSubnet, isContainer: true, CancellationToken.None);
        await pruner.StartAsync(CancellationToken.None);
        while ((await daemon.Allocation.LookupAsync(Container, null, CancellationToken.None)).Count > 0)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await pruner.StopAsync(CancellationToken.None);
    }

    private sealed class Listed : IContainerObserver
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Task => _told.Task;

        public void OnContainerStarted(string container)
        {
            // There is none.
        }

        public void OnContainerDied(string container)
        {
            // Likewise.
        }

        public void OnContainerDestroyed(string container)
        {
            // Likewise.
        }

        public void OnContainersListed(ContainerCensus census) => _told.TrySetResult();
    }
}
