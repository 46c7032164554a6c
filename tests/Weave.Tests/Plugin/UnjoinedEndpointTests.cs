using Microsoft.Extensions.Time.Testing;
using Weave.Linux.Netlink;
using Weave.Plugin;
using Weave.Tests.Fakes;

namespace Weave.Tests.Plugin;

/// <summary>A router restarts between Docker's CreateEndpoint and its Join, or before Docker acts on what Join answered.</summary>
public sealed class UnjoinedEndpointTests
{
    private const string First = "111111111111111111111111";
    private const string Second = "222222222222222222222222";
    private const string Wanted = """{"PoolID":"weave-10.32.0.0/12-10.32.0.0/12","Address":"10.32.0.5"}""";

    private readonly FakeLinks _links = new();
    private readonly FakeSysctls _sysctls = new();
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("10.32.0.5/12")]
    [InlineData("")] // Docker's own address management need not tell one
    public async Task It_joins_the_restarted_router(string address)
    {
        await CreateAndEndAsync(address);
        Link made = _links.Find("vethwg111111111")!;
        await using PluginHost again = await StartAsync();
        Assert.Equal("vethwg111111111", (await again.OkAsync("/NetworkDriver.Join", Endpoint(First, ""))).GetProperty("InterfaceName").GetProperty("SrcName").GetString());
        again.Endpoints.GiveUpWaiting();
        Assert.Contains(_links.List(), link => link.Index == made.Index);
    }

    [Fact]
    public async Task Having_joined_it_keeps_its_address()
    {
        await CreateAndEndAsync("10.32.0.5/12");
        await using PluginHost again = await StartAsync();
        await again.OkAsync("/NetworkDriver.Join", Endpoint(First, ""));
        Assert.Contains("in use", await again.FailAsync("/IpamDriver.RequestAddress", Wanted), StringComparison.Ordinal);
        Assert.Contains("in use", await again.FailAsync("/NetworkDriver.CreateEndpoint", Endpoint(Second, "10.32.0.5/12")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Joined_already_and_taken_by_Docker_after_our_start_it_keeps_its_address()
    {
        await CreateAndEndAsync("10.32.0.5/12");
        await using PluginHost again = await StartAsync();
        TakeIntoContainer("vethwg111111111");
        again.Endpoints.GiveUpWaiting();
        Assert.Contains("in use", await again.FailAsync("/IpamDriver.RequestAddress", Wanted), StringComparison.Ordinal);
        Assert.NotNull(_links.Find("vethwl111111111"));
    }

    [Fact]
    public async Task Docker_that_never_comes_is_waited_for_only_a_while()
    {
        await CreateAndEndAsync("10.32.0.5/12");
        await using PluginHost again = await StartAsync();
        Assert.NotNull(_links.Find("vethwl111111111"));
        TaskCompletionSource deleted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _links.OnDelete = () => deleted.TrySetResult();
        _time.Advance(EndpointPatience.Grace);
        await deleted.Task;
        await again.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(Second, "10.32.0.5/12"));
        Assert.Null(_links.Find("vethwl111111111"));
    }

    /// <summary>Docker gave the first up while only the guard answered.</summary>
    [Fact]
    public async Task Its_address_goes_to_whoever_asks_for_it()
    {
        await CreateAndEndAsync("10.32.0.5/12");
        await using PluginHost again = await StartAsync();
        await again.OkAsync("/IpamDriver.RequestAddress", Wanted);
        await again.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(Second, "10.32.0.5/12"));
        Assert.Null(_links.Find("vethwl111111111"));
        Assert.NotNull(_links.Find("vethwl222222222"));
    }

    /// <summary>The router was killed before it had answered, and Docker repeats its question.</summary>
    [Fact]
    public async Task Docker_may_ask_for_it_again()
    {
        await CreateAndEndAsync("10.32.0.5/12");
        await using PluginHost again = await StartAsync();
        await again.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(First, "10.32.0.5/12"));
        Link made = _links.Find("vethwl111111111")!;
        again.Endpoints.GiveUpWaiting();
        Assert.Contains(_links.List(), link => link.Index == made.Index);
    }

    private async Task CreateAndEndAsync(string address)
    {
        await using PluginHost host = await StartAsync();
        await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(First, address));
    }

    private Task<PluginHost> StartAsync() => PluginHost.StartAsync(links: _links, sysctls: _sysctls, time: _time);

    private void TakeIntoContainer(string guest)
    {
        _sysctls.Values.Remove(EndpointMark.Key(guest));
        _links.Change(guest, new LinkChange { Name = "ethwe0" });
    }

    private static string Endpoint(string id, string address) =>
        $$$"""{"NetworkID":"x","EndpointID":"{{{id}}}","SandboxKey":"/x","Interface":{"Address":"{{{address}}}","AddressIPv6":"","MacAddress":""}}""";
}
