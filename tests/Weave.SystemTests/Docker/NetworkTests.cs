using System.Globalization;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>What users do with <c>docker network</c> and <c>docker run --net=weave</c>, on three hosts.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class NetworkTests : IDisposable
{
    private const int Group = 5;
    private const string Room = "--ipalloc-default-subnet=10.32.0.0/16";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>Containers started at the same moment on one host; WEAVE_AT_ONCE asks for more.</summary>
    private static readonly int AtOnce = int.Parse(Environment.GetEnvironmentVariable("WEAVE_AT_ONCE") ?? "25", CultureInfo.InvariantCulture);

    public NetworkTests(DockerHosts hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        // Room for networks of their own: Docker puts no container on two networks that overlap.
        DockerHosts.On(1, $"weave launch {Room}");
        Parallel.For(2, DockerHosts.Count + 1, host => DockerHosts.On(host, $"weave launch {Room} {DockerHosts.AddressOf(1)}"));
        for (int host = 1; host <= DockerHosts.Count; host++)
        {
            int here = host;
            Eventually.True(
                TimeSpan.FromSeconds(30),
                $"host {here} is connected",
                () => DockerHosts.On(here, "weave status connections | grep -c established || true") == $"{DockerHosts.Count - 1}",
                () => DockerHosts.On(here, "weave status connections"));
        }
    }

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void Containers_on_every_host_reach_each_other_by_name_and_know_their_own()
    {
        string[] addresses = [.. Enumerable.Range(1, DockerHosts.Count).Select(host => Start(host, $"c{host}", $"-h c{host}.weave.local $(weave dns-args)"))];
        Assert.Equal(DockerHosts.Count, addresses.Distinct(StringComparer.Ordinal).Count());
        for (int from = 1; from <= DockerHosts.Count; from++)
        {
            for (int to = 1; to <= DockerHosts.Count; to++)
            {
                (int here, int there) = (from, to);
                Eventually.True(
                    Soon,
                    $"c{here} pings c{there}",
                    () => DockerHosts.TryOn(here, $"docker exec c{here} ping -c 1 -W 2 c{there}").ExitCode == 0,
                    () => DockerHosts.TryOn(here, $"docker exec c{here} ping -c 1 -W 2 c{there}; weave status dns; docker exec c{here} cat /etc/hosts").All);
            }

            Assert.Equal(addresses[from - 1], DockerHosts.On(from, $"docker exec c{from} getent ahostsv4 c{from}.weave.local | head -1 | cut -d' ' -f1"));
        }
    }

    [Fact]
    public void A_network_of_the_users_own_has_its_subnet_and_containers_come_and_go()
    {
        for (int host = 1; host <= 2; host++)
        {
            DockerHosts.On(host, "docker network create --driver=weavemesh --ipam-driver=weavemesh --subnet=10.40.0.0/24 own");
        }

        Assert.Equal("10.40.0.77", Start(1, "fixed", "--ip 10.40.0.77", "own"));
        string other = Start(2, "other", "", "own");
        Assert.StartsWith("10.40.0.", other, StringComparison.Ordinal);
        DockerHosts.On(1, $"docker exec fixed ping -c 1 -W 5 {other}");
        Shell.Result taken = DockerHosts.TryOn(2, "docker run --rm --net=own --ip 10.40.0.77 test true");
        Assert.NotEqual(0, taken.ExitCode);
        Assert.Contains("10.40.0.77", taken.Error, StringComparison.Ordinal);
        DockerHosts.On(2, "docker network connect weave other; docker exec other ip -4 -o addr show ethwe1");
        DockerHosts.On(2, "docker network disconnect own other");
        Assert.Equal("weave", DockerHosts.On(2, "docker inspect -f '{{range $k, $v := .NetworkSettings.Networks}}{{$k}}{{end}}' other"));
        Assert.NotEqual(0, DockerHosts.TryOn(1, $"docker exec fixed ping -c 1 -W 1 {other}").ExitCode);
        DockerHosts.On(1, "docker rm -f fixed; docker network rm own");
        DockerHosts.On(2, "docker network rm own");
    }

    [Fact]
    public void A_container_has_the_MAC_address_it_was_given()
    {
        // By the API, since newer clients have no word for it that older engines know.
        DockerHosts.On(1, """
            curl -sf --unix-socket /var/run/docker.sock -H 'Content-Type: application/json' 'http://docker/v1.41/containers/create?name=mac' \
                -d '{"Image":"test","Cmd":["sleep","600"],"MacAddress":"02:11:22:33:44:55","HostConfig":{"NetworkMode":"weave"}}' && docker start mac
            """);
        Assert.Contains("02:11:22:33:44:55", DockerHosts.On(1, "docker exec mac ip link show ethwe0"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_internal_network_has_no_way_out_and_containers_have_the_aliases_they_were_given()
    {
        DockerHosts.On(1, "docker network create --internal --driver=weavemesh --ipam-driver=weavemesh --subnet=10.41.0.0/24 --opt works.weave.multicast=true --opt of.somebody.else=1 inner");
        Start(1, "server", "--network-alias store", "inner");
        Start(1, "client", "", "inner");
        DockerHosts.On(1, "docker exec client ping -c 1 -W 5 store");
        string routes = DockerHosts.On(1, "docker exec client ip route");
        Assert.DoesNotContain("default", routes, StringComparison.Ordinal);
        Assert.Contains("224.0.0.0/4 dev ethwe0", routes, StringComparison.Ordinal);
        DockerHosts.On(1, "docker network connect --alias second --driver-opt of.somebody.else=1 --ip 10.32.9.9 weave server");
        Start(2, "far", "$(weave dns-args)");
        Assert.Contains("10.32.9.9", DockerHosts.On(2, "docker exec far ping -c 1 -W 5 10.32.9.9"), StringComparison.Ordinal);
        DockerHosts.On(1, "docker run --rm --net=weave test ping -c 1 -W 5 second");
        DockerHosts.On(1, "docker rm -f server client; docker network rm inner");
    }

    /// <summary>The copy for host 3 takes its way through host 1 when nothing else is left.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_copy_of_a_multicast_reaches_every_container(bool relayed)
    {
        for (int host = 1; host <= DockerHosts.Count; host++)
        {
            Start(host, $"m{host}", "");
            DockerHosts.On(host, $"docker exec -d m{host} sh -c 'exec socat -u UDP4-RECV:5000,reuseaddr,ip-add-membership=239.1.2.3:ethwe0 OPEN:/heard,creat,append'");
        }

        if (relayed)
        {
            DockerHosts.On(2, "iptables -I INPUT -s " + DockerHosts.AddressOf(3) + " -j DROP; iptables -I OUTPUT -d " + DockerHosts.AddressOf(3) + " -j DROP");
        }

        try
        {
            int sent = 0;
            Eventually.True(
                TimeSpan.FromSeconds(relayed ? 90 : 15),
                "every container hears",
                () =>
                {
                    DockerHosts.On(2, $"docker exec m2 sh -c 'echo warm{++sent} | socat -u - UDP4-DATAGRAM:239.1.2.3:5000,ip-multicast-if=$(ip -4 -o addr show ethwe0 | awk \"{{print \\$4}}\" | cut -d/ -f1)'");
                    return Enumerable.Range(1, DockerHosts.Count).All(host => Heard(host).Contains($"warm{sent}", StringComparison.Ordinal));
                },
                () => string.Join('\n', Enumerable.Range(1, DockerHosts.Count).Select(host => $"m{host}: {Heard(host)}\n{DockerHosts.On(host, "weave status connections")}")));
            DockerHosts.On(2, "docker exec m2 sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do echo news$i | socat -u - UDP4-DATAGRAM:239.1.2.3:5000,ip-multicast-if=$(ip -4 -o addr show ethwe0 | awk \"{print \\$4}\" | cut -d/ -f1); done'");
            for (int host = 1; host <= DockerHosts.Count; host++)
            {
                int here = host;
                Eventually.True(Soon, $"m{here} heard the last", () => Heard(here).Contains("news10", StringComparison.Ordinal), () => Heard(here));
                Assert.Equal(
                    string.Join('\n', Enumerable.Range(1, 10).Select(i => $"news{i}")),
                    string.Join('\n', Heard(here).Split('\n').Where(line => line.StartsWith("news", StringComparison.Ordinal))));
            }
        }
        finally
        {
            if (relayed)
            {
                DockerHosts.On(2, "iptables -D INPUT -s " + DockerHosts.AddressOf(3) + " -j DROP; iptables -D OUTPUT -d " + DockerHosts.AddressOf(3) + " -j DROP");
            }
        }

        static string Heard(int host) => DockerHosts.On(host, $"docker exec m{host} cat /heard 2>/dev/null || true");
    }

    /// <summary>Without a store Docker would give the same addresses on every host.</summary>
    [Fact]
    public void A_global_network_without_a_store_never_gives_an_address_twice()
    {
        Shell.Result[] made = [.. Enumerable.Range(1, 2).Select(host => DockerHosts.TryOn(host, "docker network create --driver=weave global"))];
        if (made.All(result => result.ExitCode == 0))
        {
            string[] addresses =
            [
                .. Enumerable.Range(1, 2).SelectMany(host => Enumerable.Range(1, Group).Select(i => $"g{i}-{host}")
                    .Select(name => (name, result: DockerHosts.TryOn(host, $"docker run -d --name {name} --net=global test sleep 600")))
                    .Where(run => run.result.ExitCode == 0)
                    .Select(run => DockerHosts.On(host, $"docker inspect -f '{{{{.NetworkSettings.Networks.global.IPAddress}}}}' {run.name}"))),
            ];
            Assert.Equal(addresses.Length, addresses.Distinct(StringComparer.Ordinal).Count());
            DockerHosts.On(1, "docker ps -aq --filter name=^g | xargs -r docker rm -f; docker network rm global");
            DockerHosts.On(2, "docker ps -aq --filter name=^g | xargs -r docker rm -f; docker network rm global");
        }
        else
        {
            // Either ours says what to do, or Docker itself knows of no way to have such a network.
            Assert.All(made, result => Assert.True(
                result.Error.Contains("weavemesh", StringComparison.Ordinal) || result.Error.Contains("swarm manager", StringComparison.Ordinal), result.All));
        }
    }

    [Fact]
    public void Many_containers_start_at_once_each_with_its_own_address()
    {
        DockerHosts.On(1, $"seq {AtOnce} | xargs -P {AtOnce} -I@ docker run -d --name many@ --net=weave -h many@.weave.local test sleep 600 >/dev/null");
        string[] addresses = DockerHosts.On(1, "docker ps -q --filter name=^many | xargs docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}'").Split('\n');
        Assert.Equal(AtOnce, addresses.Distinct(StringComparer.Ordinal).Count());
        Eventually.True(
            Soon, "every name is known on another host", () => DockerHosts.On(2, "weave status dns | grep -c '^many' || true") == $"{AtOnce}", () => DockerHosts.On(2, "weave status dns"));
    }

    private static string Start(int host, string name, string arguments, string network = "weave")
    {
        DockerHosts.On(host, $"docker run --name {name} --net={network} {arguments} -td test sleep 600");
        return DockerHosts.On(host, $"docker inspect -f '{{{{.NetworkSettings.Networks.{network}.IPAddress}}}}' {name}");
    }
}
