using Microsoft.Extensions.Logging.Abstractions;
using Weave.Linux.Netlink;
using Weave.Plugin;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Plugin;

/// <summary>What a router that starts makes of the links that an earlier one left.</summary>
public sealed class EndpointTableTests
{
    private readonly FakeLinks _links = new();

    [Theory]
    [InlineData("weave 10.32.0.7/12 123456789abc")]
    [InlineData("")] // killed before it was described
    public void A_pair_whose_other_end_is_back_on_the_host_is_no_containers_and_goes(string alias)
    {
        _links.CreateVeth(new VethSpec("vethwl123456789", "vethwg123456789") { Alias = alias });
        Assert.Empty(Start().Addresses);
        Assert.Empty(_links.List());
    }

    [Fact]
    public void A_pair_whose_other_end_is_in_a_container_keeps_its_address()
    {
        _links.CreateVeth(new VethSpec("vethwl123456789", "eth0") { Alias = "weave 10.32.0.7/12 123456789abc" });
        Assert.Equal("123456789abc", Start().UserOf(Ipv4Address.Parse("10.32.0.7")));
        Assert.NotNull(_links.Find("vethwl123456789"));
    }

    [Fact]
    public void A_pair_that_Docker_takes_while_we_look_stays()
    {
        _links.CreateVeth(new VethSpec("vethwl123456789", "vethwg123456789") { Alias = "weave 10.32.0.7/12 123456789abc" });
        Taking taking = new(() => _links.Change("vethwg123456789", new LinkChange { Name = "ethwe0" }));
        EndpointTable table = new(_links, new EndpointMark(taking), NullLogger<EndpointTable>.Instance);
        Assert.Equal("123456789abc", table.UserOf(Ipv4Address.Parse("10.32.0.7")));
        table.GiveUpWaiting();
        Assert.NotNull(_links.Find("vethwl123456789"));
    }

    private EndpointTable Start() => new(_links, new EndpointMark(new FakeSysctls()), NullLogger<EndpointTable>.Instance);

    /// <summary>Settings of links, one of which goes when it is looked at.</summary>
    private sealed class Taking(Action take) : ISysctls
    {
        public string? Read(string key)
        {
            take();
            return null;
        }

        public bool Write(string key, string value) => true;
    }
}
