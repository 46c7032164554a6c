using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Names;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Names;

public sealed class DnsClientsTests
{
    private static readonly byte[] Container = [172, 17, 0, 5];
    private static readonly byte[] Stranger = [192, 0, 2, 9];
    private static readonly Ipv4Address Docker = Ipv4Address.Parse("172.17.0.1");

    private readonly FakeHostAddresses _host = new();

    public DnsClientsTests()
    {
        _host.AddBridge("docker0", "172.17.0.1/16");
        _host.Links.CreateVeth(new VethSpec("eth0", "wire"));
        _host.Add("eth0", "192.0.2.1/24");
    }

    private DnsClients Clients => field ??= new DnsClients(Docker, _host.Host);

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
    public void A_bridge_that_came_later_may_ask_as_soon_as_it_is_there_and_strangers_never_make_us_look()
    {
        Assert.False(Clients.MayAsk([172, 18, 0, 2]));
        _host.AddBridge("br-1", "172.18.0.1/16");
        Assert.True(Clients.MayAsk([172, 18, 0, 2]));
        int looks = _host.Addresses.Looks;
        for (int i = 0; i < 1000; i++)
        {
            Assert.False(Clients.MayAsk(Stranger));
        }

        Assert.Equal(looks, _host.Addresses.Looks);
        _host.Remove("br-1", "172.18.0.1/16");
        Assert.False(Clients.MayAsk([172, 18, 0, 2]));
    }

    [Fact]
    public void A_bridge_with_the_default_route_is_the_way_to_other_hosts()
    {
        _host.Links.CreateBridge("br0");
        _host.Routes.Table.Add(new Route(Ipv4Cidr.Parse("0.0.0.0/0"), Ipv4Address.Parse("198.51.100.254"), _host.Links.Find("br0")!.Index));
        _host.Add("br0", "198.51.100.1/24");
        Assert.False(Clients.MayAsk([198, 51, 100, 7]));
        Assert.True(Clients.MayAsk([198, 51, 100, 1]));
    }

    [Fact]
    public void A_server_whose_address_comes_to_a_bridge_later_is_for_containers_from_then_on()
    {
        DnsClients early = new(Ipv4Address.Parse("172.30.0.1"), _host.Host);
        Assert.True(early.MayAsk(Stranger));
        _host.AddBridge("br-2", "172.30.0.1/16");
        Assert.False(early.MayAsk(Stranger));
        Assert.True(early.MayAsk([172, 30, 7, 7]));
    }

    [Fact]
    public void What_the_kernel_does_not_tell_stays_as_it_was_and_is_said()
    {
        Assert.True(Clients.MayAsk(Container));
        _host.Addresses.Refusal = new KernelException("list addresses", Errno.EINTR);
        _host.Host.Look();
        Assert.True(Clients.MayAsk(Container));
        Assert.False(Clients.MayAsk(Stranger));
        Assert.Contains("cannot be read", Assert.Single(_host.Problems.Texts()), StringComparison.Ordinal);
        _host.Addresses.Refusal = null;
        _host.Host.Look();
        Assert.Empty(_host.Problems.Texts());
    }
}
