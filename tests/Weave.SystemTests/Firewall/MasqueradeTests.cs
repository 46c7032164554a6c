using Weave.SystemTests.Support;

namespace Weave.SystemTests.Firewall;

/// <summary>Whose address is seen when the network and the world outside talk: masquerade, <c>--without-masquerade</c>, <c>--no-masq-local</c>, <c>hide</c>.</summary>
[Collection(DockerHosts.Name)]
public sealed class MasqueradeTests : IDisposable
{
    private const string Container = "10.32.0.77";
    private const string Exposed = "10.32.0.1";

    public MasqueradeTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose()
    {
        DockerHosts.On(2, $"ip route del {Container}/32 2>/dev/null; [ -f /run/echo.pid ] && kill $(cat /run/echo.pid); rm -f /run/echo.pid");
        DockerHosts.Clean();
    }

    /// <param name="launch">Flags of the launch.</param>
    /// <param name="expose">Flags of expose.</param>
    /// <param name="outside">Whom the world sees when the container calls.</param>
    /// <param name="inside">Whom the container sees when the world calls.</param>
    [Theory]
    [InlineData("", "", "host1", Exposed)]
    [InlineData("--no-masq-local", "", "host1", "host2")]
    [InlineData("", "--without-masquerade", Container, "host2")]
    public void Containers_and_the_world_see_each_other_as_configured(string launch, string expose, string outside, string inside)
    {
        string here = DockerHosts.AddressOf(1);
        string world = DockerHosts.AddressOf(2);
        string Seen(string who) => who switch { "host1" => here, "host2" => world, _ => who };
        DockerHosts.On(1, $"weave launch {launch} && weave expose {Exposed}/12 {expose} && docker run -dt --name inside --net=none --cap-add=NET_ADMIN test /bin/sh && weave attach {Container}/12 inside && docker exec inside ip route replace default via {Exposed}");
        DockerHosts.On(2, $"ip route replace {Container}/32 via {here}; socat TCP4-LISTEN:5001,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR' >/dev/null 2>&1 & echo $! >/run/echo.pid");
        DockerHosts.On(1, "docker exec -d inside socat TCP4-LISTEN:5000,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR'");
        string fromInside = $"docker exec inside socat -T 2 - TCP:{world}:5001,connect-timeout=2";
        string fromOutside = $"socat -T 2 - TCP:{Container}:5000,connect-timeout=2";
        Answers(1, fromInside, Seen(outside));
        Answers(2, fromOutside, Seen(inside));

        DockerHosts.On(1, $"weave hide {Exposed}/12");
        Assert.NotEqual(0, DockerHosts.TryOn(2, fromOutside).ExitCode);
    }

    private static void Answers(int host, string question, string answer) => Eventually.True(
        TimeSpan.FromSeconds(30),
        $"{question} is answered {answer}",
        () => DockerHosts.TryOn(host, question).Output.Trim() == answer,
        () => DockerHosts.TryOn(host, question).All + DockerHosts.On(1, "iptables-save | grep -i weave; ipset save; ip addr show weave"));
}
