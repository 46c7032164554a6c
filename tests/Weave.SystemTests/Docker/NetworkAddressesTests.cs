using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>Gateways, addresses that are set aside, and endpoints of Docker's own drivers that have their addresses from us.</summary>
[Collection(DockerHosts.Name)]
public sealed class NetworkAddressesTests : IDisposable
{
    private static readonly TimeSpan Minutes = TimeSpan.FromMinutes(3);

    public NetworkAddressesTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void A_network_is_the_same_on_two_hosts_and_what_Docker_has_stays_its_own_while_the_router_is_away()
    {
        DockerHosts.On(1, "weave launch --ipalloc-default-subnet=10.32.0.0/16 --ipalloc-init consensus=2");
        DockerHosts.On(2, $"weave launch --ipalloc-default-subnet=10.32.0.0/16 --ipalloc-init consensus=2 {DockerHosts.AddressOf(1)}");
        DockerHosts.On(1, "weave prime");
        foreach (int host in new[] { 1, 2 })
        {
            DockerHosts.On(host, "docker network create --driver=weavemesh --ipam-driver=weavemesh --subnet=10.40.0.0/24 --gateway=10.40.0.9 --aux-address=printer=10.40.0.10 own");
            Shell.Result refused = DockerHosts.TryOn(host, "docker network create --driver=weavemesh plain");
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("driver: weavemesh", refused.Error, StringComparison.Ordinal);
        }

        DockerHosts.On(1, "docker network create --driver=bridge --ipam-driver=weavemesh --subnet=10.41.0.0/24 --gateway=10.41.0.1 bridged");
        DockerHosts.On(1, "docker run -d --name bridged --stop-signal KILL --net=bridged test sleep 600 && docker run -d --name ended --stop-signal KILL --net=own test sleep 600");
        string bridged = AddressOf("bridged", "bridged");
        string ended = AddressOf("ended", "own");
        DockerHosts.On(1, "docker stop weave && docker rm -f ended && docker start weave");
        Eventually.True(Minutes, $"{ended} is free", () => DockerHosts.TryOn(1, "curl -sf http://127.0.0.1:6784/ip") is { ExitCode: 0 } known && !known.Output.Contains($"\"{ended}/", StringComparison.Ordinal), Owned);
        Assert.All(["10.40.0.9", "10.40.0.10", "10.41.0.1", bridged], address => Assert.Contains($"\"{address}/", Owned(), StringComparison.Ordinal));
        DockerHosts.On(1, "docker network rm own");
        foreach (string address in new[] { "10.40.0.9", "10.40.0.10" })
        {
            Shell.Result refused = DockerHosts.TryOn(1, $"curl -sf -X PUT http://127.0.0.1:6784/ip/c1/{address}/24"); // the network is there on host 2
            Assert.NotEqual(0, refused.ExitCode);
        }

        Assert.DoesNotContain("onflict", DockerHosts.On(2, "weave status ipam"), StringComparison.Ordinal);
    }

    private static string Owned() => DockerHosts.On(1, "curl -s http://127.0.0.1:6784/ip");

    private static string AddressOf(string container, string network) =>
        DockerHosts.On(1, $"docker inspect -f '{{{{.NetworkSettings.Networks.{network}.IPAddress}}}}' {container}");
}
