using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Weave.Core.Ipam;
using Weave.Linux.Netlink;
using Weave.Persistence;
using Weave.Plugin;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Plugin;

public sealed class PluginTests
{
    private const string Network = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string First = "111111111111111111111111";
    private const string Second = "222222222222222222222222";
    private const string Third = "333333333333333333333333";
    private const string Pool = "weave-10.32.0.0/12-10.32.0.0/12";

    [Fact]
    public async Task A_given_mac_address_is_used_and_not_returned()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        JsonElement answer = await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(First, "10.32.0.5/12", "02:11:22:33:44:55"));
        Assert.Equal("", answer.GetProperty("Interface").GetProperty("MacAddress").GetString());
        Assert.Equal("02:11:22:33:44:55", host.Links.Find("vethwg111111111")!.Mac.ToString());
    }

    [Theory]
    [InlineData(Pool, "10.32.0.5", 12)]
    [InlineData("weave-192.168.77.0/24-192.168.77.0/24", "192.168.77.5", 24)] // outside the range that peers share
    public async Task The_second_container_with_the_same_address_is_refused_and_the_first_keeps_it(string pool, string address, int prefixLength)
    {
        await using PluginHost host = await PluginHost.StartAsync();
        string wanted = $$"""{"PoolID":"{{pool}}","Address":"{{address}}"}""";
        await host.OkAsync("/IpamDriver.RequestAddress", wanted);
        await host.OkAsync("/IpamDriver.RequestAddress", wanted); // two at the same time
        await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(First, $"{address}/{prefixLength}"));
        Assert.Contains(address, await host.FailAsync("/NetworkDriver.CreateEndpoint", Endpoint(Second, $"{address}/{prefixLength}")), StringComparison.Ordinal);
        Assert.Null(host.Links.Find("vethwl222222222"));
        await host.OkAsync("/IpamDriver.ReleaseAddress", wanted); // Docker tidies up after the second
        Assert.Contains("in use", await host.FailAsync("/IpamDriver.RequestAddress", wanted), StringComparison.Ordinal);

        await host.OkAsync("/NetworkDriver.DeleteEndpoint", Endpoint(First, ""));
        await host.OkAsync("/IpamDriver.ReleaseAddress", wanted);
        await host.OkAsync("/IpamDriver.RequestAddress", wanted);
    }

    [Fact]
    public async Task A_claim_whose_release_was_lost_can_be_made_again()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        const string Wanted = $$"""{"PoolID":"{{Pool}}","Address":"10.32.0.5"}""";
        await host.OkAsync("/IpamDriver.RequestAddress", Wanted);
        await host.OkAsync("/IpamDriver.RequestAddress", Wanted);
    }

    [Fact]
    public async Task Networks_and_endpoints_are_known_after_a_restart()
    {
        MemoryStateStore store = new();
        FakeLinks links = new();
        await using (PluginHost host = await PluginHost.StartAsync(store, links))
        {
            await host.OkAsync("/NetworkDriver.CreateNetwork", Created("\"works.weave.multicast\":\"\""));
            await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(First, "10.32.0.5/12"));
            links.Change(EndpointNames.Guest(First), new LinkChange { Name = "ethwe0" }); // Docker took it into the container
        }

        await using PluginHost again = await PluginHost.StartAsync(store, links);
        JsonElement joined = await again.OkAsync("/NetworkDriver.Join", Endpoint(First, ""));
        Assert.Equal("224.0.0.0/4", joined.GetProperty("StaticRoutes")[0].GetProperty("Destination").GetString());
        Assert.Contains("in use", await again.FailAsync("/IpamDriver.RequestAddress", $$"""{"PoolID":"{{Pool}}","Address":"10.32.0.5"}"""), StringComparison.Ordinal);
    }

    /// <summary>The guard answered Docker in our place: the other end of the pair is back on the host.</summary>
    [Fact]
    public async Task An_endpoint_that_ended_while_we_were_away_is_removed_and_its_address_free()
    {
        FakeLinks links = new();
        await using (PluginHost host = await PluginHost.StartAsync(null, links))
        {
            await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(First, "10.32.0.5/12"));
        }

        // Without the settings of the first host: the end was in a container meanwhile, so the kernel forgot them.
        await using PluginHost again = await PluginHost.StartAsync(null, links);
        Assert.Null(links.Find(EndpointNames.Host(First)));
        await again.OkAsync("/IpamDriver.RequestAddress", $$"""{"PoolID":"{{Pool}}","Address":"10.32.0.5"}""");
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("F", false)]
    public async Task Multicast_is_an_option_of_the_network(string value, bool expected)
    {
        await using PluginHost host = await PluginHost.StartAsync();
        await host.OkAsync("/NetworkDriver.CreateNetwork", Created($"\"works.weave.multicast\":\"{value}\",\"other\":1"));
        JsonElement joined = await host.OkAsync("/NetworkDriver.Join", Endpoint(First, ""));
        Assert.Equal(expected ? JsonValueKind.Array : JsonValueKind.Null, joined.GetProperty("StaticRoutes").ValueKind);
    }

    /// <summary>Docker sets the routes of all endpoints of a container, and fails at the second equal one.</summary>
    [Fact]
    public async Task A_container_on_two_networks_with_multicast_has_one_route_for_it()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        await host.OkAsync("/NetworkDriver.CreateNetwork", Created("\"works.weave.multicast\":\"\""));
        Assert.Equal(JsonValueKind.Array, await RoutesAsync(First, "one"));
        Assert.Equal(JsonValueKind.Array, await RoutesAsync(First, "one")); // asked again
        Assert.Equal(JsonValueKind.Null, await RoutesAsync(Second, "one"));
        Assert.Equal(JsonValueKind.Array, await RoutesAsync(Third, "two"));
        await host.OkAsync("/NetworkDriver.Leave", Endpoint(First, ""));
        Assert.Equal(JsonValueKind.Array, await RoutesAsync(Second, "one"));

        async Task<JsonValueKind> RoutesAsync(string endpoint, string sandbox)
        {
            string request = $$"""{"NetworkID":"{{Network}}","EndpointID":"{{endpoint}}","SandboxKey":"/var/run/docker/netns/{{sandbox}}"}""";
            return (await host.OkAsync("/NetworkDriver.Join", request)).GetProperty("StaticRoutes").ValueKind;
        }
    }

    [Fact]
    public async Task An_option_that_makes_no_sense_is_refused()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        string reason = await host.FailAsync("/NetworkDriver.CreateNetwork", Created("\"works.weave.multicast\":\"maybe\""));
        Assert.Equal("unrecognized value \"maybe\" for option works.weave.multicast", reason);
    }

    [Fact]
    public async Task A_default_subnet_that_overlaps_a_route_is_an_error_that_names_it()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        host.Routes.Table.Add(new Route(Ipv4Cidr.Parse("10.32.0.0/12"), null, host.Links.Find("weave")!.Index));
        foreach (string small in new[] { "10.32.5.8/31", "10.32.5.8/32", "0.0.0.0/0" })
        {
            string refusal = await host.FailAsync("/IpamDriver.RequestPool", $$"""{"AddressSpace":"weavelocal","Pool":"{{small}}"}""");
            Assert.Contains("invalid subnet - smaller than minimum size 4", refusal, StringComparison.Ordinal);
        }

        string reason = await host.FailAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal"}""");
        Assert.Equal("the default subnet 10.32.0.0/12 overlaps the route 10.32.0.0/12 through \"weave\" of this host; choose one with --subnet", reason);
        await host.OkAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal","Pool":"10.32.0.0/12"}"""); // the network weave itself, after expose
        await host.OkAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weaveglobal"}"""); // Docker does not check these
    }

    [Fact]
    public async Task A_subnet_outside_our_range_must_not_hide_what_the_host_reaches()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        host.Routes.Table.Add(new Route(Ipv4Cidr.Parse("0.0.0.0/0"), Ipv4Address.Parse("192.168.48.1"), 9));
        host.Routes.Table.Add(new Route(Ipv4Cidr.Parse("192.168.48.0/24"), null, 9));
        host.Routes.Table.Add(new Route(Ipv4Cidr.Parse("10.0.0.0/8"), Ipv4Address.Parse("192.168.48.1"), 9));
        Assert.Contains("192.168.48.0/24", await host.FailAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal","Pool":"192.168.0.0/16"}"""), StringComparison.Ordinal);
        await host.OkAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal","Pool":"10.40.0.0/16"}""");
        await host.OkAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal","Pool":"192.168.77.0/24"}""");
    }

    [Fact]
    public async Task Docker_asking_again_and_again_for_a_subnet_gets_an_error_in_the_end()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            await host.OkAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal"}""");
        }

        Assert.Contains("--subnet", await host.FailAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_is_not_ready_is_said_so_in_time()
    {
        FakeTimeProvider time = new();
        await using PluginHost host = await PluginHost.StartAsync(time: time);
        host.Allocation.Ready = false;
        Task<string> call = host.FailAsync("/IpamDriver.RequestAddress", $$"""{"PoolID":"{{Pool}}"}""");
        while (!call.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Contains("timed out", await call, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_store_addresses_of_a_global_network_must_be_ours()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        const string Foreign = $$"""{"NetworkID":"{{Network}}","IPv4Data":[{"AddressSpace":"GlobalDefault","Pool":"172.18.0.0/16","Gateway":"172.18.0.1/16"}]}""";
        Assert.Equal(200, (await host.CallAsync("weave.sock", "/NetworkDriver.CreateNetwork", Foreign)).Status);
        host.Engine.Learn("1.51");
        Assert.Contains("--ipam-driver=weavemesh", await host.FailAsync("/NetworkDriver.CreateNetwork", Foreign, "weave.sock"), StringComparison.Ordinal);
        Assert.Equal(200, (await host.CallAsync("weave.sock", "/NetworkDriver.CreateNetwork", Foreign.Replace("GlobalDefault", "weaveglobal", StringComparison.Ordinal))).Status);
        host.Engine.Learn("1.41");
        Assert.Equal(200, (await host.CallAsync("weave.sock", "/NetworkDriver.CreateNetwork", Foreign)).Status);
    }

    [Fact]
    public async Task A_network_whose_addresses_Docker_would_give_out_on_each_host_is_refused_with_the_lines_that_mend_it()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        const string Foreign = $$"""{"NetworkID":"{{Network}}","IPv4Data":[{"AddressSpace":"LocalDefault","Pool":"172.19.0.0/16","Gateway":"172.19.0.1/16"}]}""";
        string reason = await host.FailAsync("/NetworkDriver.CreateNetwork", Foreign);
        Assert.Contains("\"ipam:\" and, indented below it, \"  driver: weavemesh\"", reason, StringComparison.Ordinal);
        Assert.Contains("--ipam-driver=weavemesh", reason, StringComparison.Ordinal);
        foreach (string space in new[] { "weavelocal", "null", "somebody" })
        {
            await host.OkAsync("/NetworkDriver.CreateNetwork", Foreign.Replace("LocalDefault", space, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_Docker_asks_for_is_filed_as_Dockers()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        await host.OkAsync("/IpamDriver.RequestAddress", $$"""{"PoolID":"{{Pool}}","Address":"10.32.0.5"}""");
        await host.OkAsync("/IpamDriver.RequestAddress", $$"""{"PoolID":"{{Pool}}"}""");
        Assert.Equal(["10.32.0.1", "10.32.0.5"], (await host.Allocation.OfEngineAsync(CancellationToken.None)).Order().Select(address => $"{address}"));
    }

    /// <summary>As Docker makes a network with <c>--gateway</c> and <c>--aux-address</c>, and then a container with <c>--ip</c>.</summary>
    [Fact]
    public async Task A_networks_own_addresses_are_told_from_those_of_containers()
    {
        FakeTimeProvider time = new();
        await using PluginHost host = await PluginHost.StartAsync(time: time);
        await MakeNetworkAsync(host, Network);
        await RequestAsync(host, "10.32.0.7");
        Assert.Equal([EngineUse.Network, EngineUse.Network, EngineUse.Endpoint], new[] { "10.32.0.5", "10.32.0.6", "10.32.0.7" }.Select(address => host.Allocation.UseOf(address)!.Value));

        await host.OkAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal","Pool":"10.32.0.0/12"}"""); // for another driver, which makes the network
        time.Advance(TimeSpan.FromSeconds(6));
        await RequestAsync(host, "10.32.0.8");
        Assert.Equal(EngineUse.Endpoint, host.Allocation.UseOf("10.32.0.8"));
    }

    [Fact]
    public async Task An_address_that_two_networks_of_this_host_have_is_free_when_both_are_gone()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        await MakeNetworkAsync(host, Network);
        await MakeNetworkAsync(host, "bbbb");
        await RemoveAsync(Network);
        Assert.NotNull(host.Allocation.UseOf("10.32.0.6"));
        await RemoveAsync("bbbb");
        Assert.Null(host.Allocation.UseOf("10.32.0.6"));

        async Task RemoveAsync(string network)
        {
            await host.OkAsync("/NetworkDriver.DeleteNetwork", $$"""{"NetworkID":"{{network}}"}""");
            await host.OkAsync("/IpamDriver.ReleaseAddress", $$"""{"PoolID":"{{Pool}}","Address":"10.32.0.6"}""");
        }
    }

    [Fact]
    public async Task Links_of_endpoints_given_up_are_gone_when_the_daemon_ends()
    {
        FakeLinks links = new();
        await using (PluginHost host = await PluginHost.StartAsync(links: links))
        {
            await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(First, "10.32.0.5/12"));
            await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(Second, "10.32.0.6/12"));
            links.CreateVeth(new VethSpec("vethwl33333", "vethwg33333")); // as releases before 1.3 called them
            await host.OkAsync("/NetworkDriver.DeleteEndpoint", Endpoint(First, ""));
            await host.OkAsync("/NetworkDriver.DeleteEndpoint", Endpoint(Third, ""));
        }

        Assert.Equal(["weave", "vethwl222222222", "vethwg222222222"], links.List().Select(link => link.Name));
    }

    [Fact]
    public async Task Docker_is_answered_before_the_kernel_has_deleted_the_links_and_has_the_address_back()
    {
        using ManualResetEventSlim kernel = new();
        await using PluginHost host = await PluginHost.StartAsync();
        host.Links.OnDelete = kernel.Wait;
        await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(First, "10.32.0.5/12"));
        await host.OkAsync("/NetworkDriver.DeleteEndpoint", Endpoint(First, ""));
        Assert.NotNull(host.Links.Find("vethwl111111111"));
        await host.OkAsync("/NetworkDriver.CreateEndpoint", Endpoint(Second, "10.32.0.5/12"));
        kernel.Set();
    }

    [Fact]
    public async Task Endpoints_of_nobody_are_deleted_without_complaint()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        await host.OkAsync("/NetworkDriver.DeleteEndpoint", Endpoint(First, ""));
        await host.FailAsync("/NetworkDriver.DeleteEndpoint", Endpoint("short", ""));
        await host.FailAsync("/NetworkDriver.CreateEndpoint", """{"NetworkID":"x","EndpointID":"short","Interface":{"Address":"","AddressIPv6":"","MacAddress":""}}""");
    }

    /// <summary>Docker, whose call broke off when the router ended, sends no body with the next attempt.</summary>
    [Fact]
    public async Task A_call_that_lost_its_content_is_said_so()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        Assert.Contains("start the container again", await host.FailAsync("/NetworkDriver.CreateEndpoint", ""), StringComparison.Ordinal);
    }

    private static async Task MakeNetworkAsync(PluginHost host, string network)
    {
        await host.OkAsync("/IpamDriver.RequestPool", """{"AddressSpace":"weavelocal","Pool":"10.32.0.0/12"}""");
        await host.OkAsync("/IpamDriver.RequestAddress", $$"""{"PoolID":"{{Pool}}","Address":"10.32.0.5","Options":{"RequestAddressType":"com.docker.network.gateway"} }""");
        await RequestAsync(host, "10.32.0.6");
        await host.OkAsync("/NetworkDriver.CreateNetwork", $$"""
            {"NetworkID":"{{network}}","IPv4Data":[{"AddressSpace":"weavelocal","Pool":"10.32.0.0/12","Gateway":"10.32.0.5/12","AuxAddresses":{"printer":"10.32.0.6/12"} }]}
            """);
    }

    private static Task RequestAsync(PluginHost host, string address) =>
        host.OkAsync("/IpamDriver.RequestAddress", $$"""{"PoolID":"{{Pool}}","Address":"{{address}}"}""");

    private static string Created(string options) =>
        "{\"NetworkID\":\"" + Network + "\",\"Options\":{\"com.docker.network.generic\":{" + options + "}}}";

    private static string Endpoint(string id, string address, string mac = "") =>
        $$$"""{"NetworkID":"{{{Network}}}","EndpointID":"{{{id}}}","SandboxKey":"/x","Interface":{"Address":"{{{address}}}","AddressIPv6":"","MacAddress":"{{{mac}}}"}}""";
}
