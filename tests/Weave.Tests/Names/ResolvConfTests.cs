using System.Net;
using Microsoft.Extensions.Time.Testing;
using Weave.Daemon;
using Weave.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Names;

public sealed class ResolvConfTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("", "")]
    [InlineData("nameserver 192.0.2.1\n", "192.0.2.1")]
    [InlineData("# nameserver 192.0.2.9\n; c\nsearch a b\n nameserver\t192.0.2.1  # x\r\noptions ndots:5\nnameserver 2001:db8::1\n", "192.0.2.1 2001:db8::1")]
    [InlineData("nameserver\nnameserver foo\nNAMESERVER 192.0.2.1", "")]
    public void Lines_of_servers_are_read(string text, string expected) => Assert.Equal(expected, string.Join(' ', ResolvConf.Parse(text)));

    [Fact]
    public void We_do_not_ask_ourselves()
    {
        File.WriteAllText(_file, "nameserver 172.17.0.1\nnameserver 192.0.2.1\n");
        Assert.Equal(["192.0.2.1:53"], Servers("172.17.0.1:53"));
    }

    [Fact]
    public void Listening_everywhere_every_address_of_this_host_is_ourselves()
    {
        File.WriteAllText(_file, "nameserver 127.0.0.53\nnameserver 192.0.2.7\nnameserver 192.0.2.1\n");
        Assert.Equal(["192.0.2.1:53"], Servers("0.0.0.0:53"));
        Assert.Equal(["127.0.0.53:53", "192.0.2.7:53", "192.0.2.1:53"], Servers("0.0.0.0:5353"));
    }

    [Fact]
    public void A_change_is_seen_after_five_seconds_and_a_file_that_is_gone_leaves_the_servers()
    {
        File.WriteAllText(_file, "nameserver 192.0.2.1\n");
        ResolvConf conf = Conf("172.17.0.1:53");
        Assert.Single(conf.Servers);
        File.WriteAllText(_file, "nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
        File.SetLastWriteTimeUtc(_file, DateTime.UnixEpoch.AddYears(30));
        Assert.Single(conf.Servers);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, conf.Servers.Count);
        File.Delete(_file);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, conf.Servers.Count);
    }

    [Fact]
    public void Without_a_file_there_are_no_servers() => Assert.Empty(new ResolvConf("", _ => false, _time).Servers);

    private IEnumerable<string> Servers(string listen) =>
        Conf(listen).Servers.Select(server => server.ToString());

    private ResolvConf Conf(string listen) =>
        new(_file, new OwnServers(() => IPEndPoint.Parse(listen), () => [new LocalAddress("eth0", Ipv4Cidr.Parse("192.0.2.7/24"), OnBridge: false, Outward: true)]).Contains, _time);
}
