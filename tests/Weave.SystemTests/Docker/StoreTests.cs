using System.Diagnostics;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>Networks of global scope, which two hosts with Docker 20.10 keep in etcd; later ones have no such store.</summary>
[Collection(DockerHosts.Name)]
public sealed class StoreTests : IDisposable
{
    private const string Settings = "/etc/docker/daemon.json";

    private static readonly int[] Both = [1, 2];
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly Process _etcd;

    public StoreTests(DockerHosts hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        string store = $"{DockerHosts.AddressOf(1)}:2379";
        _etcd = Process.Start(
            Repository.Testbed,
            ["sh", "1", $"exec etcd --enable-v2 --data-dir /tmp/etcd --listen-client-urls http://{store} --advertise-client-urls http://{store} >/var/log/etcd.log 2>&1"]);
        Eventually.True(
            Soon,
            "etcd answers",
            () => DockerHosts.TryOn(1, $"etcdctl --endpoints=http://{store} endpoint health").ExitCode == 0,
            () => DockerHosts.TryOn(1, "tail -n 20 /var/log/etcd.log").All);
        foreach (int host in Both)
        {
            string with = $$"""{"cluster-store": "etcd://{{store}}", "cluster-advertise": "{{DockerHosts.AddressOf(host)}}:2375"}""";
            DockerHosts.On(host, $"cp {Settings} {Settings}.was && jq '. + {with}' {Settings}.was >{Settings}");
            DockerHosts.Do("docker", $"{host}", "restart");
        }

        DockerHosts.On(1, "weave launch");
        DockerHosts.On(2, $"weave launch {DockerHosts.AddressOf(1)}");
    }

    public void Dispose()
    {
        DockerHosts.Clean();
        foreach (int host in Both)
        {
            DockerHosts.On(host, $"mv {Settings}.was {Settings}");
            DockerHosts.Do("docker", $"{host}", "restart");
        }

        _etcd.Kill(entireProcessTree: true);
        _etcd.WaitForExit();
        _etcd.Dispose();
        DockerHosts.On(1, "rm -rf /tmp/etcd");
    }

    [Fact]
    public void Hosts_share_networks_without_giving_an_address_out_twice_and_subnets_keep_them_apart()
    {
        DockerHosts.On(1, "docker network create --driver=weave one && docker network create --driver=weave --opt works.weave.multicast=true two");
        string[] one = [.. Both.Select(host => Run(host, "one"))];
        string[] two = [.. Both.Select(host => Run(host, "two"))];
        Assert.Equal(4, one.Concat(two).Distinct().Count());
        foreach (int host in Both)
        {
            int other = 3 - host;
            foreach (string network in (string[])["one", "two"])
            {
                Eventually.True(
                    Soon,
                    $"{network}{host} reaches {network}{other} by its name",
                    () => DockerHosts.TryOn(host, $"docker exec {network}{host} ping -c 1 -W 1 {network}{other}").ExitCode == 0);
            }

            Assert.NotEqual(0, DockerHosts.TryOn(host, $"docker exec one{host} ping -c 1 -W 2 -I ethwe0 {two[other - 1]}").ExitCode);
        }

        // Docker told only the first host of the network's options. The second finds out by itself.
        Eventually.True(Soon, "multicast is on where the network was not made", () => DockerHosts.On(2, "docker run --rm --net=two test ip route").Contains("224.0.0.0/4 dev ethwe0", StringComparison.Ordinal));
        foreach (int host in Both)
        {
            DockerHosts.On(host, $"docker rm -f one{host} two{host}");
        }

        DockerHosts.On(2, "docker network rm one two");
        Assert.Equal("", DockerHosts.On(1, "docker network ls -q --filter driver=weave"));
    }

    private static string Run(int host, string network) =>
        DockerHosts.On(host, $"docker run -tdi --name {network}{host} --stop-signal KILL --net={network} test >/dev/null && docker inspect -f '{{{{.NetworkSettings.Networks.{network}.IPAddress}}}}' {network}{host}");
}
