using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Daemon;
using Weave.Docker;
using Weave.Firewall;
using Weave.Linux.Netlink;
using Weave.Tests.Fakes;

namespace Weave.Tests.Docker;

public sealed class ContainerBridgesTests
{
    private static readonly Link[] Links =
    [
        .. new[] { "weave", "docker0", "docker_gwbridge", "br-0123456789ab", "br-lan", "mine0", "virbr0" }.Select((name, index) => new Link(index + 1, name, "bridge", default, 1500, true, 0, 0)),
        new Link(20, "br-ba9876543210", "veth", default, 1500, true, 0, 0),
    ];

    [Fact]
    public void Without_Docker_its_bridges_are_known_by_the_names_that_it_gives()
    {
        using ContainerBridges bridges = new(new DaemonOptions(), new FakeTimeProvider(), NullLogger<ContainerBridges>.Instance);
        Assert.Equal(["br-0123456789ab", "docker0", "docker_gwbridge", "weave"], bridges.Among(Links));
    }

    [Fact]
    public async Task Docker_tells_which_other_bridges_are_its_own_and_is_asked_again_for_as_long_as_there_are_others()
    {
        TaskCompletionSource[] asked = [new(), new()];
        int times = 0;
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/networks", StringComparison.Ordinal))
            {
                return; // which version it is
            }

            string name = times == 0 ? "" : ",\"Options\":{\"com.docker.network.bridge.name\":\"mine0\"}";
            await context.Response.WriteAsync($"[{{\"Id\":\"1\",\"Driver\":\"bridge\"{name}}},{{\"Id\":\"2\",\"Driver\":\"macvlan\",\"Options\":{{\"com.docker.network.bridge.name\":\"br-lan\"}}}}]", context.RequestAborted);
            await context.Response.CompleteAsync();
            asked[times++].SetResult();
        });
        FakeTimeProvider time = new();
        using ContainerBridges bridges = new(new DaemonOptions(), time, NullLogger<ContainerBridges>.Instance, new DockerClient(dockerd.Host));
        Assert.DoesNotContain("mine0", bridges.Among(Links));
        await asked[0].Task;
        await bridges.Asking;
        Assert.DoesNotContain("mine0", bridges.Among(Links));
        time.Advance(TimeSpan.FromSeconds(10));
        bridges.Among(Links);
        await asked[1].Task;
        await bridges.Asking;
        Assert.Equal(["br-0123456789ab", "docker0", "docker_gwbridge", "mine0", "weave"], bridges.Among(Links));
    }
}
