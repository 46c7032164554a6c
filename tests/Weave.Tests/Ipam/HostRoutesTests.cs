using Weave.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Ipam;

public sealed class HostRoutesTests
{
    private const string Table =
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
        "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n" +
        "eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n" +
        "weave\t0000200A\t00000000\t0001\t0\t0\t0\t0000F0FF\t0\t0\t0\n";

    [Theory]
    [InlineData("172.17.0.0/24", "172.17.0.0/16")]
    [InlineData("172.16.0.0/12", "172.17.0.0/16")]
    [InlineData("172.17.3.4/16", "172.17.0.0/16")]
    [InlineData("172.18.3.4/12", null)]
    [InlineData("10.32.0.0/12", null)]
    [InlineData("192.168.0.0/16", null)]
    public void A_network_in_use_on_the_host_is_named(string wanted, string? route) =>
        Assert.Equal(route, HostRoutes.FirstOverlap(Table, Ipv4Cidr.Parse(wanted), "weave")?.ToString());
}
