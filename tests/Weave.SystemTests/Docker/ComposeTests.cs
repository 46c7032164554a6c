using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary><c>docker compose</c>, version 1 or 2, with a network that it makes and with the network <c>weave</c>.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class ComposeTests : IDisposable
{
    private const string Compose = "cd /tmp/app && docker-compose";

    private const string Application = """
        version: "2.4"
        services:
          front:
            image: test
            command: sleep 100000
            stop_signal: KILL
            hostname: front.weave.local
            networks:
              weave: {}
              back:
                ipv4_address: 10.41.0.10
                aliases: [entry]
          store:
            image: test
            command: socat TCP-LISTEN:80,fork,reuseaddr EXEC:hostname
            stop_signal: KILL
            networks: [back]
            scale: 2
        networks:
          weave:
            external: true
          back:
            driver: weavemesh
            driver_opts:
              works.weave.multicast: "true"
            ipam:
              driver: weavemesh
              config:
                - subnet: 10.41.0.0/16
        """;

    public ComposeTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose()
    {
        DockerHosts.TryOn(1, $"{Compose} down --timeout 0");
        DockerHosts.Clean();
    }

    [Fact]
    public void An_application_comes_up_on_our_networks_grows_restarts_and_goes()
    {
        DockerHosts.On(1, "weave launch --ipalloc-default-subnet=10.32.0.0/16");
        DockerHosts.On(1, $"mkdir -p /tmp/app && cat >/tmp/app/docker-compose.yml <<'END'\n{Application}\nEND");
        DockerHosts.On(1, $"{Compose} up -d");
        AssertTalk(stores: 2);
        Assert.Contains("224.0.0.0/4 dev ethwe", DockerHosts.On(1, In("store", "ip route")), StringComparison.Ordinal);
        DockerHosts.On(1, $"{Compose} up -d --scale store=3");
        AssertTalk(stores: 3);
        DockerHosts.On(1, $"{Compose} restart --timeout 0");
        AssertTalk(stores: 3);
        DockerHosts.On(1, $"{Compose} down --timeout 0");
        Assert.Equal("weave", DockerHosts.On(1, "docker network ls --filter driver=weavemesh --format '{{.Name}}'"));
        DockerHosts.AssertNoEndpoints(1);
    }

    /// <summary>Runs <paramref name="command"/> in the first container of a service.</summary>
    private static string In(string service, string command) => $"{Compose} exec -T {service} {command}";

    private static void AssertTalk(int stores)
    {
        string[] addresses = DockerHosts.On(1, In("front", "dig +short store")).Split('\n');
        Assert.Equal(stores, addresses.Distinct().Count());
        foreach (string address in addresses)
        {
            Assert.StartsWith("10.41.", address, StringComparison.Ordinal);
            DockerHosts.On(1, In("front", $"socat -T 5 - TCP:{address}:80,connect-timeout=5"));
        }

        Assert.Contains("10.41.0.10", DockerHosts.On(1, In("store", "ping -c 1 -W 5 entry")), StringComparison.Ordinal);
        Assert.Contains("inet 10.32.", DockerHosts.On(1, In("front", "ip -o address")), StringComparison.Ordinal);
    }
}
