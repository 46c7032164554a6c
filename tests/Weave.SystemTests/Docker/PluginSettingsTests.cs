using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>The settings of the managed plugin, as <c>docker plugin set</c> takes them, in a swarm of two nodes.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class PluginSettingsTests : IDisposable
{
    private const string Password = "WEAVE_PASSWORD=wfvAwt7sj";
    private const string ServedCall = "NetworkDriver.Join answered in"; // said at the level debug only

    private const string ReportQuestion =
        "set -o pipefail; curl -sf -H 'Accept: application/json' http://127.0.0.1:6784/report | jq -c '[.Router.Encryption, .Router.NickName, .IPAM.Range]'";

    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);
    private static readonly int[] Both = [1, 2];

    private readonly string[] _logged;

    public PluginSettingsTests(DockerHosts hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        Swarm.Form(Both);
        _logged = [.. Both.Select(host => DockerHosts.On(host, "wc -l </var/log/dockerd.log"))];
    }

    public void Dispose()
    {
        Swarm.Dissolve(Both);
        DockerHosts.Clean();
    }

    [Fact]
    public void All_of_them_do_what_they_say()
    {
        foreach (int host in Both)
        {
            Swarm.CreatePlugin(host, $"{Password} WEAVE_MULTICAST=1 WEAVE_MTU=1350 IPALLOC_RANGE=10.50.0.0/16 'EXTRA_ARGS=--nickname=box --no-fastdp' LOG_LEVEL=debug");
        }

        RunOnOneNetwork();
        foreach (int host in Both)
        {
            Assert.Equal("""[true,"box","10.50.0.0/16"]""", Report(host));
            string inside = Inside(host);
            Assert.Contains("224.0.0.0/4 dev ethwe0", inside, StringComparison.Ordinal);
            Assert.Contains("mtu 1350 ", inside, StringComparison.Ordinal);
            Eventually.True(Minute, "the nodes are connected", () => Connections(host).Contains("established encrypted   sleeve", StringComparison.Ordinal), () => Connections(host));
            Assert.Contains(ServedCall, Log(host), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void None_of_them_is_needed()
    {
        foreach (int host in Both)
        {
            Swarm.CreatePlugin(host);
        }

        RunOnOneNetwork();
        foreach (int host in Both)
        {
            Assert.Equal($"""[false,"host{host}","10.32.0.0/12"]""", Report(host));
            string inside = Inside(host);
            Assert.DoesNotContain("224.0.0.0/4", inside, StringComparison.Ordinal);
            Assert.DoesNotContain("mtu 1350 ", inside, StringComparison.Ordinal);
            Eventually.True(Minute, "the nodes are connected", () => Connections(host).Contains("established fastdp", StringComparison.Ordinal), () => Connections(host));
            Assert.DoesNotContain(ServedCall, Log(host), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nodes_connect_only_with_the_same_password()
    {
        Swarm.CreatePlugin(1, Password);
        Swarm.CreatePlugin(2, "WEAVE_PASSWORD=another");
        Eventually.True(Minute, "the wrong password is told of", () => Connections(2).Contains("failed", StringComparison.Ordinal), () => Connections(2));
        Assert.DoesNotContain("established", Connections(2), StringComparison.Ordinal);
        DockerHosts.On(2, $"docker plugin disable -f {Swarm.Plugin} && docker plugin set {Swarm.Plugin} {Password} && docker plugin enable {Swarm.Plugin}");
        Eventually.True(Minute, "the nodes are connected", () => Connections(2).Contains("established encrypted", StringComparison.Ordinal), () => Connections(2));
        Assert.DoesNotContain(Password, Log(2) + DockerHosts.On(2, "cat /proc/*/cmdline | tr '\\0' ' '"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_that_the_host_reaches_already_is_refused_in_words()
    {
        DockerHosts.On(1, $"weave plugin-v2 create && docker plugin set {Swarm.Plugin} IPALLOC_RANGE=172.16.0.0/12");
        Assert.NotEqual(0, DockerHosts.TryOn(1, $"docker plugin enable {Swarm.Plugin}").ExitCode);
        Assert.Contains("Network 172.16.0.0/12 overlaps with existing route 172.17.0.0/16 on host: set another IPALLOC_RANGE", Log(1), StringComparison.Ordinal);
        Assert.Equal("false", DockerHosts.On(1, $"docker plugin inspect -f '{{{{.Enabled}}}}' {Swarm.Plugin}"));
        Assert.NotEqual(0, DockerHosts.TryOn(1, "ip link show weave").ExitCode);
        DockerHosts.On(1, $"docker plugin set {Swarm.Plugin} IPALLOC_RANGE=10.50.0.0/16");
        // Docker takes a moment to clear away what did not start ("id already in use"), and may start it after it said no.
        Eventually.True(
            Minute,
            "it starts with another range",
            () => DockerHosts.TryOn(1, $"docker plugin enable {Swarm.Plugin}; {ReportQuestion}").Output.Contains("\"10.50.0.0/16\"", StringComparison.Ordinal),
            () => Log(1));
    }

    private static void RunOnOneNetwork()
    {
        DockerHosts.On(1, $"docker network create --driver={Swarm.Plugin} --attachable mynetwork");
        string[] addresses = [.. Both.Select(host => DockerHosts.On(
            host,
            $"docker run -tdi --name c{host} --stop-signal KILL --net=mynetwork test >/dev/null && docker inspect -f '{{{{.NetworkSettings.Networks.mynetwork.IPAddress}}}}' c{host}"))];
        Eventually.True(Minute, "c1 reaches c2", () => DockerHosts.TryOn(1, $"docker exec c1 ping -c 1 -W 1 {addresses[1]}").ExitCode == 0);
    }

    private static string Inside(int host) => DockerHosts.On(host, $"docker exec c{host} sh -c 'ip route; ip link show ethwe0'");

    private static string Report(int host) => DockerHosts.On(host, ReportQuestion);

    private static string Connections(int host) => DockerHosts.TryOn(host, "curl -sf http://127.0.0.1:6784/status/connections").Output;

    /// <summary>What dockerd and the plugin, whose output it logs, said since the test began.</summary>
    private string Log(int host) => DockerHosts.On(host, $"tail -n +$(({_logged[host - 1]} + 1)) /var/log/dockerd.log");
}
