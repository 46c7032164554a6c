using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Daemon;
using Weave.Docker;
using Weave.Persistence;
using Weave.Plugin;
using Weave.Status;
using Weave.Tests.Fakes;

namespace Weave.Tests.Plugin;

/// <summary>Status says 503 until the network that <c>docker run --net=weave</c> uses is there.</summary>
public sealed class DefaultNetworkTests
{
    [Theory]
    [InlineData(StatusCodes.Status201Created)]
    [InlineData(StatusCodes.Status409Conflict)] // somebody else made it
    [InlineData(StatusCodes.Status500InternalServerError)] // tried again later; nobody is kept waiting
    public async Task The_router_is_ready_once_the_network_was_tried_and_not_before(int answer)
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(async context =>
        {
            string path = context.Request.Path.Value!;
            if (path.EndsWith("/networks/create", StringComparison.Ordinal))
            {
                asked.SetResult();
                await answers.Task;
                context.Response.StatusCode = answer;
                await context.Response.WriteAsync("""{"Id":"n1","message":"so"}""");
                return;
            }

            context.Response.StatusCode = path.EndsWith("/networks/weave", StringComparison.Ordinal) ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            await context.Response.WriteAsync(path.EndsWith("/networks", StringComparison.Ordinal) ? "[]" : """{"ApiVersion":"1.41"}""");
        });
        Readiness readiness = new();
        using DockerClient docker = new(dockerd.Host);
        ApplicationLifetime lifetime = new(NullLogger<ApplicationLifetime>.Instance);
        using DefaultNetworkService service = new(
            docker, new DaemonOptions { Plugin = true }, new FakeAllocation(), new PluginNetworks(new MemoryStateStore()), new EngineFacts(), readiness, lifetime,
            TimeProvider.System, NullLogger<DefaultNetworkService>.Instance);
        await service.StartAsync(CancellationToken.None);
        Assert.False(readiness.IsReady);
        lifetime.NotifyStarted();
        await asked.Task;
        Assert.False(readiness.IsReady);
        answers.SetResult();
        while (!readiness.IsReady)
        {
            await Task.Yield();
        }

        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void A_network_that_Docker_made_while_it_wrote_its_list_is_not_forgotten()
    {
        PluginNetworks networks = new(new MemoryStateStore());
        networks.Add("old", new PluginNetwork(false, []));
        IReadOnlySet<string> known = networks.BeginComparison();
        networks.Add("new", new PluginNetwork(true, []));
        networks.RemoveExcept(known, new HashSet<string>());
        Assert.Null(networks.Find("old"));
        Assert.True(networks.Find("new")!.Multicast);
    }

    [Fact]
    public void A_network_that_Docker_removed_while_it_wrote_its_list_is_not_remembered()
    {
        MemoryStateStore store = new();
        PluginNetworks networks = new(store);
        IReadOnlySet<string> known = networks.BeginComparison();
        networks.Remove("gone");
        networks.Adopt("gone", new PluginNetwork(false, []));
        networks.Adopt("there", new PluginNetwork(false, []));
        networks.RemoveExcept(known, new HashSet<string> { "gone", "there" });
        Assert.Null(networks.Find("gone"));
        Assert.NotNull(new PluginNetworks(store).Find("there"));
    }
}
