using Microsoft.Extensions.Time.Testing;
using Weave.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Names;

public sealed class DnsClientsTests
{
    private static readonly byte[] Container = [172, 17, 0, 5];
    private static readonly byte[] Stranger = [192, 0, 2, 9];

    private readonly FakeTimeProvider _time = new();
    private Ipv4Cidr[] _subnets = [Ipv4Cidr.Parse("172.17.0.1/16"), Ipv4Cidr.Parse("192.0.2.1/32")];
    private int _looks;

    private DnsClients Clients => field ??= new DnsClients(() => { _looks++; return _subnets; }, _time);

    [Fact]
    public void Containers_and_the_host_may_ask_and_nobody_else()
    {
        Assert.True(Clients.MayAsk(Container));
        Assert.True(Clients.MayAsk([192, 0, 2, 1]));
        Assert.True(Clients.MayAsk([127, 0, 0, 1]));
        Assert.False(Clients.MayAsk(Stranger));
        Assert.True(DnsClients.Anyone.MayAsk(Stranger));
    }

    [Fact]
    public void A_bridge_that_came_later_is_found_and_strangers_cannot_make_us_look_all_the_time()
    {
        Assert.False(Clients.MayAsk([172, 18, 0, 2]));
        _subnets = [.. _subnets, Ipv4Cidr.Parse("172.18.0.1/16")];
        Assert.False(Clients.MayAsk([172, 18, 0, 2]));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(Clients.MayAsk([172, 18, 0, 2]));
        for (int i = 0; i < 1000; i++)
        {
            Assert.False(Clients.MayAsk(Stranger));
        }

        Assert.Equal(2, _looks);
    }
}
