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

    private EndpointTable Start() => new(_links, new EndpointMark(new FakeSysctls()), NullLogger<EndpointTable>.Instance);
}
