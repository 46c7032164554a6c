using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>What Docker has of ours is put right without a restart of the router.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class MendedNetworkTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public MendedNetworkTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void A_network_that_is_pruned_comes_back_and_one_that_weave_stop_removes_does_not()
    {
        DockerHosts.On(1, "weave launch");
        DockerHosts.On(1, "docker network prune -f");
        Eventually.True(Soon, "the network is back", () => DockerHosts.TryOn(1, "docker run --rm --net=weave test true").ExitCode == 0);
        DockerHosts.On(1, "weave stop");
        Assert.Equal("", DockerHosts.On(1, "docker network ls -q --filter name=weave"));
    }

    [Fact]
    public void A_new_range_takes_the_network_along_once_nobody_is_on_it()
    {
        DockerHosts.On(1, "weave launch --ipalloc-range=10.40.0.0/16 && docker run -tdi --name old --stop-signal KILL --net=weave test");
        DockerHosts.TryOn(1, "weave stop"); // it says that the network is in use
        DockerHosts.On(1, "docker run --rm -v weavedb:/db test sh -c 'rm -rf /db/*'"); // another range is another mesh
        Shell.Result launched = DockerHosts.TryOn(1, "weave launch --ipalloc-range=10.50.0.0/16");
        Assert.Equal(0, launched.ExitCode);
        Assert.Contains("WARNING: network: the Docker network 'weave' has the subnet 10.40.0.0/16 of an earlier --ipalloc-range", launched.Error, StringComparison.Ordinal);
        Assert.Contains("(old)", launched.Error, StringComparison.Ordinal);
        DockerHosts.On(1, "docker rm -f old");
        Eventually.True(
            TimeSpan.FromSeconds(30), "the network is of the new range", () => DockerHosts.TryOn(1, "docker run --rm --net=weave test ip addr").All.Contains("inet 10.50.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_multicast_route_is_known_after_a_restart_and_handed_on()
    {
        DockerHosts.On(1, "weave launch --ipalloc-default-subnet=10.32.0.0/16");
        DockerHosts.On(1, "docker network create --driver=weavemesh --ipam-driver=weavemesh --subnet=10.41.0.0/16 --opt works.weave.multicast=true second");
        DockerHosts.On(1, "docker run -tdi --name both --stop-signal KILL --net=weave test && docker restart weave && weave status");
        DockerHosts.On(1, "docker network connect second both");
        Assert.Contains("224.0.0.0/4 dev ethwe0", DockerHosts.On(1, "docker exec both ip route"), StringComparison.Ordinal);
        DockerHosts.On(1, "docker network disconnect weave both");
        Eventually.True(Soon, "the route is on the other network", () => DockerHosts.On(1, "docker exec both ip route").Contains("224.0.0.0/4 dev ethwe1", StringComparison.Ordinal));
    }
}
