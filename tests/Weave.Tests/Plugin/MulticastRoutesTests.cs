using Microsoft.Extensions.Logging.Abstractions;
using Weave.Daemon;
using Weave.Linux.Netlink;
using Weave.Persistence;
using Weave.Plugin;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Plugin;

public sealed class MulticastRoutesTests
{
    private const string First = "111111111111111111111111";
    private const string Second = "222222222222222222222222";
    private const string Sandbox = "/var/run/docker/netns/1";

    private readonly MemoryStateStore _store = new();

    [Fact]
    public void Its_holder_is_known_after_a_restart()
    {
        Assert.True(new MulticastRoutes(_store).Take(Sandbox, First));
        Assert.False(new MulticastRoutes(_store).Take(Sandbox, Second)); // the container has the route: Docker would fail
        Assert.True(new MulticastRoutes(_store).Take(Sandbox, First));
    }

    [Fact]
    public void It_is_handed_on_when_its_holder_leaves_and_forgotten_with_the_last()
    {
        MulticastRoutes routes = new(_store);
        List<(string, string)> heirs = [];
        routes.HandedOn += (sandbox, endpoint) => heirs.Add((sandbox, endpoint));
        routes.Take(Sandbox, First);
        routes.Take(Sandbox, Second);
        routes.Leave(First);
        Assert.Equal([(Sandbox, Second)], heirs);
        Assert.True(routes.Take(Sandbox, Second));
        routes.Leave(Second);
        Assert.Single(heirs);
        Assert.Empty(_store.Under(StateKeys.MulticastRoutes));
    }

    [Fact]
    public void One_that_left_while_we_were_away_hands_it_on_at_the_start()
    {
        MulticastRoutes before = new(_store);
        before.Take(Sandbox, First);
        before.Take(Sandbox, Second);
        MulticastRoutes routes = new(_store);
        List<string> heirs = [];
        routes.HandedOn += (_, endpoint) => heirs.Add(endpoint);
        routes.KeepOnly(endpoint => endpoint == Second);
        Assert.Equal([Second], heirs);
    }

    [Fact]
    public async Task The_heir_gets_it_in_the_container()
    {
        FakeLinks links = new();
        links.CreateVeth(new VethSpec(EndpointNames.Host(Second), EndpointNames.Guest(Second)));
        FakeRoutes kernel = new();
        FakeNamespaces namespaces = new();
        MulticastRoutes routes = new(_store);
        using MulticastHeirs heirs = new(
            routes, links, kernel, namespaces, new DaemonOptions { HostRoot = "/host" }, TimeProvider.System, NullLogger<MulticastHeirs>.Instance);
        TaskCompletionSource added = new(TaskCreationOptions.RunContinuationsAsynchronously);
        kernel.OnAdd = added.SetResult;
        routes.Take(Sandbox, First); // its link went with the network while we were away
        routes.Take(Sandbox, Second);
        await heirs.StartAsync(CancellationToken.None);
        await added.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Ipv4Cidr.Parse("224.0.0.0/4"), Assert.Single(kernel.Table).Destination);
        Assert.Equal(["/host" + Sandbox], namespaces.Entered.Distinct());
        await heirs.StopAsync(CancellationToken.None);
    }
}
