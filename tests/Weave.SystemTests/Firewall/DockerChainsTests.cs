using Weave.SystemTests.Support;

namespace Weave.SystemTests.Firewall;

/// <summary>Our rules among Docker's own, which are arranged anew with almost every version of it.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class DockerChainsTests : IDisposable
{
    private const string Container = "10.32.0.77";
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>What FORWARD begins with: users forbid first, then we, then Docker, which drops what it does not know.</summary>
    private const string Order =
        """
        -A FORWARD -j DOCKER-USER
        -A FORWARD -i docker0 -o weave -j DROP
        -A FORWARD -i weave -o weave -j ACCEPT
        -A FORWARD -o weave -j WEAVE-EXPOSE
        -A FORWARD -i weave ! -o weave -j ACCEPT
        -A FORWARD -o weave -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        """;

    public DockerChainsTests(DockerHosts hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        DockerHosts.On(1, "weave launch && weave expose 10.32.0.1/12");
    }

    public void Dispose()
    {
        DockerHosts.On(1, $"iptables -D DOCKER-USER -d {Container} -j DROP 2>/dev/null; true");
        DockerHosts.On(2, $"ip route del {Container}/32 2>/dev/null; true");
        DockerHosts.Clean();
        DockerHosts.Do("docker", "1", "restart"); // it makes its own rules only when it starts
    }

    [Fact]
    public void What_users_forbid_holds_for_our_traffic_and_what_Docker_drops_does_not()
    {
        Eventually.True(Back, "our rules are in their place", InOrder, Forward);
        DockerHosts.On(1, $"docker run -dt --name plain test /bin/sh && docker run -dt --name ours --net=none test /bin/sh && weave attach {Container}/12 ours");
        DockerHosts.On(2, $"ip route replace {Container}/32 via {DockerHosts.AddressOf(1)}");
        Assert.True(Reaches(2, ""), "the world reaches an exposed container\n" + Forward());
        Assert.False(Reaches(1, "docker exec plain "), "from Docker's bridge a container of ours cannot be reached\n" + Forward());
        DockerHosts.On(1, $"iptables -I DOCKER-USER -d {Container} -j DROP");
        Assert.False(Reaches(2, ""), "forbidden in DOCKER-USER\n" + Forward());
        DockerHosts.On(1, $"iptables -D DOCKER-USER -d {Container} -j DROP");
        Assert.True(Reaches(2, ""), "allowed again\n" + Forward());
    }

    /// <summary>Must-never-happen 14.</summary>
    [Theory]
    [InlineData("iptables -F; iptables -t nat -F")]
    [InlineData("iptables -F FORWARD; iptables -A FORWARD -j DOCKER-USER; iptables -A FORWARD -j REJECT")]
    [InlineData("iptables -t nat -D POSTROUTING -j WEAVE; iptables -F WEAVE-EXPOSE")]
    public void Rules_that_are_flushed_or_moved_are_back_within_five_seconds(string damage)
    {
        Eventually.True(Back, "our rules are in their place", InOrder, Forward);
        string before = Ours();
        DockerHosts.On(1, damage);
        Eventually.True(Back, "our rules are back", () => Ours() == before, () => $"{before}\nnow\n{Ours()}");
    }

    [Fact]
    public void Docker_that_starts_again_comes_behind_us_again()
    {
        DockerHosts.Do("docker", "1", "restart");
        Eventually.True(Soon, "the router is back", () => DockerHosts.TryOn(1, "weave status").ExitCode == 0);
        Eventually.True(Back, "our rules are in their place", InOrder, Forward);
    }

    private static bool InOrder() => Forward().StartsWith(Order + "\n", StringComparison.Ordinal) || Forward() == Order;

    private static string Forward() => DockerHosts.On(1, "iptables -S FORWARD | grep ^-A");

    private static string Ours() => DockerHosts.On(1, "iptables-save | grep -i weave | sed 's/\\[.*//' | sort");

    private static bool Reaches(int host, string prefix) => DockerHosts.TryOn(host, $"{prefix}ping -c 1 -W 2 {Container}").ExitCode == 0;
}
