using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>The managed plugin in a swarm of one manager and two workers.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class SwarmTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);
    private static readonly int[] All = [1, 2, 3];

    public SwarmTests(DockerHosts hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        Swarm.Form(All);
        foreach (int host in All)
        {
            Swarm.CreatePlugin(host, "WEAVE_PASSWORD=wfvAwt7sj WEAVE_MULTICAST=1 WEAVE_MTU=1300");
        }

        DockerHosts.On(1, $"docker network create --driver={Swarm.Plugin} --attachable mynetwork && docker network create --driver={Swarm.Plugin} --attachable other");
    }

    public void Dispose()
    {
        Swarm.Dissolve(All);
        DockerHosts.Clean();
    }

    [Fact]
    public void Containers_on_one_network_reach_each_other_as_the_settings_say_and_others_do_not()
    {
        string[] addresses = [.. All.Select(host => DockerHosts.On(host, $"docker run -tdi --name c{host} --stop-signal KILL --net=mynetwork test >/dev/null && docker inspect -f '{{{{.NetworkSettings.Networks.mynetwork.IPAddress}}}}' c{host}"))];
        Assert.Equal(addresses.Length, addresses.Distinct().Count());
        foreach (int host in All)
        {
            AssertReaches(host, $"c{host}", addresses);
            string inside = DockerHosts.On(host, $"docker exec c{host} sh -c 'ip route; ip link show ethwe0'");
            Assert.Contains("224.0.0.0/4 dev ethwe0", inside, StringComparison.Ordinal);
            Assert.Contains("mtu 1300", inside, StringComparison.Ordinal);
        }

        // Docker's own nodes tell each other the names of a network, in their own time.
        Eventually.True(Minute, "c2 reaches c3 by name", () => DockerHosts.TryOn(2, "docker exec c2 ping -c 1 -W 5 c3").ExitCode == 0);
        DockerHosts.On(2, "docker run -tdi --name stranger --stop-signal KILL --net=other test");
        Assert.NotEqual(0, DockerHosts.TryOn(2, $"docker exec stranger ping -c 1 -W 2 -I ethwe0 {addresses[0]}").ExitCode);
    }

    [Fact]
    public void Services_find_and_reach_all_replicas_and_run_all_again_after_dockerd_restarted()
    {
        const string create = "docker service create --quiet --no-resolve-image --replicas 3 --stop-signal KILL --network mynetwork";
        DockerHosts.On(1, $"{create} --name web --endpoint-mode dnsrr test socat TCP-LISTEN:80,fork,reuseaddr EXEC:hostname");
        DockerHosts.On(1, $"{create} --name virtual test sleep 100000");
        AssertServicesWork();
        DockerHosts.Do("docker", "3", "restart");
        Eventually.True(Minute, "the node is back", () => DockerHosts.On(1, "docker node ls --format '{{.Hostname}} {{.Status}}'").Contains("host3 Ready", StringComparison.Ordinal));
        Eventually.True(Minute, "all replicas run", () => DockerHosts.On(1, "docker service ls --format '{{.Replicas}}'") == "3/3\n3/3", () => DockerHosts.On(1, "docker service ps web virtual"));
    }

    /// <summary>Its plugin ran before its node joined, and is told of nobody.</summary>
    [Fact]
    public void A_node_that_leaves_is_forgotten_and_one_that_joins_with_its_plugin_running_is_connected()
    {
        AssertConnected(3, established: 2);
        DockerHosts.On(3, "docker swarm leave");
        string third = DockerHosts.AddressOf(3);
        DockerHosts.On(1, $"docker node rm --force $(docker node ls -q --filter name=host3)");
        Eventually.True(Minute, "the manager forgets the node", () => !Targets(1).Contains(third, StringComparison.Ordinal), () => Targets(1));
        Eventually.True(Minute, "the node forgets its swarm and says so", () => Targets(3).Length == 0 && Status(3, "/status").Contains("no swarm", StringComparison.Ordinal), () => Status(3, "/status"));
        DockerHosts.On(3, $"docker swarm join --token {DockerHosts.On(1, "docker swarm join-token -q worker")} {DockerHosts.AddressOf(1)}:2377");
        AssertConnected(3, established: 2);
        Eventually.True(Minute, "the manager has the node", () => Targets(1).Contains(third, StringComparison.Ordinal), () => Targets(1));
        Assert.DoesNotContain("no swarm", Status(3, "/status"), StringComparison.Ordinal);
    }

    private static void AssertConnected(int host, int established) => Eventually.True(
        Minute,
        $"host {host} has {established} connections",
        () => Status(host, "/status/connections").Split('\n').Count(line => line.Contains(" established ", StringComparison.Ordinal)) == established,
        () => Status(host, "/status/connections"));

    private static string Targets(int host) => Status(host, "/status/targets").Trim();

    private static string Status(int host, string path) => DockerHosts.TryOn(host, $"curl -s -m 5 127.0.0.1:6784{path}").Output;

    /// <summary>From a replica on whichever host has one: names give three addresses, and each of them answers.</summary>
    private static void AssertServicesWork()
    {
        foreach (int host in All.Where(host => DockerHosts.On(host, "docker ps -q --filter name=virtual").Length > 0))
        {
            string container = DockerHosts.On(host, "docker ps -q --filter name=virtual | head -n 1");
            foreach (string name in (string[])["web", "tasks.web", "tasks.virtual"])
            {
                string[] replicas = Eventually.Get(
                    Minute,
                    $"{name} has three addresses on host {host}",
                    () => Resolve(host, container, name) is { Length: 3 } three ? three : null,
                    () => $"{string.Join(' ', Resolve(host, container, name))}\n{DockerHosts.On(1, "docker service ps web virtual; docker node ls")}\n"
                        + DockerHosts.TryOn(host, $"docker exec {container} sh -c 'cat /etc/resolv.conf; dig {name} A'; tail -n 20 /var/log/dockerd.log").All);
                AssertReaches(host, container, replicas);
            }

            string[] answers = [.. Resolve(host, container, "web").Select(address => DockerHosts.On(host, $"docker exec {container} socat -T 5 - TCP:{address}:80,connect-timeout=5"))];
            Assert.Equal(3, answers.Distinct().Count());
        }
    }

    private static string[] Resolve(int host, string container, string name) =>
        DockerHosts.TryOn(host, $"docker exec {container} dig +short +time=2 {name} A").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static void AssertReaches(int host, string container, IEnumerable<string> addresses)
    {
        foreach (string address in addresses)
        {
            Eventually.True(
                Minute,
                $"{container} on host {host} reaches {address}",
                () => DockerHosts.TryOn(host, $"docker exec {container} ping -c 1 -W 1 {address}").ExitCode == 0);
        }
    }
}
