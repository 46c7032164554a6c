using Weave.SystemTests.Support;

namespace Weave.SystemTests.Cli;

/// <summary>The life of the daemon through the command, on a real Docker host.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class LaunchTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public LaunchTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void Launch_prints_the_id_of_a_ready_router_and_a_second_one_is_refused()
    {
        string id = DockerHosts.On(1, "weave launch");
        Assert.Equal(DockerHosts.On(1, "docker inspect -f '{{.Id}}' weave"), id);
        Assert.Contains("Service: router", DockerHosts.On(1, "weave status"), StringComparison.Ordinal);
        Assert.StartsWith("--dns=", DockerHosts.On(1, "weave dns-args"), StringComparison.Ordinal);
        Shell.Result again = DockerHosts.TryOn(1, "weave launch");
        Assert.Equal(3, again.ExitCode);
        Assert.Contains("weave is already running; you can stop it with 'weave stop'.", again.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weave launch --password hunter2 --log-level=debug")]
    [InlineData("weave launch --log-level=debug --log-json --password=hunter2")]
    [InlineData("WEAVE_PASSWORD=hunter2 weave launch --log-level=debug")]
    public void The_container_is_not_privileged_and_the_password_is_nowhere_to_be_read(string launch)
    {
        DockerHosts.On(1, launch);
        DockerHosts.On(2, $"weave launch --password=hunter3 --log-level=debug {DockerHosts.AddressOf(1)}");
        Eventually.True(Soon * 6, "the wrong password was noticed", () => DockerHosts.On(2, "weave status connections").Contains("failed", StringComparison.Ordinal));
        Assert.Equal("false always", DockerHosts.On(1, "docker inspect -f '{{.HostConfig.Privileged}} {{.HostConfig.RestartPolicy.Name}}' weave"));
        string[] places =
        [
            "docker inspect weave", "docker logs weave 2>&1", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null", "weave report", "weave status",
            "docker image inspect $(docker images -q weave/weave)", "docker events --since=1h --until=0s", "cat $(docker volume inspect -f '{{.Mountpoint}}' weavedb)/*",
        ];
        foreach (string place in places)
        {
            string told = DockerHosts.TryOn(1, place).Output + DockerHosts.TryOn(2, place).Output;
            Assert.NotEqual("", told);
            Assert.DoesNotContain("hunter", told, StringComparison.Ordinal);
        }

        Assert.Contains("Encryption: enabled", DockerHosts.On(1, "weave status"), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_waits_longer_than_a_second_is_told_for_what_and_a_pipe_is_not()
    {
        const string Slow = """
            printf '#!/bin/sh\nsleep 1.5\nexec socat - UNIX-CONNECT:/var/run/docker.sock\n' >/tmp/slow; chmod +x /tmp/slow
            socat TCP-LISTEN:2999,bind=127.0.0.1,fork,reuseaddr EXEC:/tmp/slow >/dev/null 2>&1 & p=$!
            until ss -Hltn sport = :2999 | grep -q .; do :; done
            export DOCKER_HOST=tcp://127.0.0.1:2999
            """;
        string terminal = DockerHosts.TryOn(1, $"{Slow}\nscript -qec 'weave stop' /dev/null; kill $p").All;
        Assert.Contains("Still at work on 'weave stop'...", terminal, StringComparison.Ordinal);
        string pipe = DockerHosts.TryOn(1, $"{Slow}\nweave stop; kill $p").All;
        Assert.DoesNotContain("Still at work", pipe, StringComparison.Ordinal);
        Assert.Contains("Weave is not running", pipe, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_that_name_nothing_are_told_by_a_running_router()
    {
        DockerHosts.On(1, "weave launch");
        foreach ((string line, int status, string message) in new[]
        {
            ("weave attach ''", 1, "No such container: \n"), ("weave attach /proc/x", 1, "No such container: /proc/x"), ("weave ps ''", 0, "No such container: \n"),
            ("weave connect ü", 1, "lookup ü: no such host"), ("weave plugin-v2 directory /etc/passwd", 1, "/etc/passwd"),
        })
        {
            Shell.Result result = DockerHosts.TryOn(1, line);
            Assert.Equal(status, result.ExitCode);
            Assert.Contains(message, result.Error + "\n", StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("weave launch --nope", 1, "flag provided but not defined: --nope")]
    [InlineData("weave launch --min-protocol-version=9 --mtu=3", 1, "--mtu must be in range")]
    [InlineData("weave nonsense", 1, "Unknown weave command 'nonsense'")]
    [InlineData("weave launch-router", 1, "The 'weave launch-router' command has been removed as of Weave Net version 2.0")]
    [InlineData("weave status", 1, "weave container is not present. Have you launched it?")]
    [InlineData("DOCKER_HOST=unix:///nowhere weave launch", 1, "Cannot connect to the Docker daemon at unix:///nowhere. Is it running?")]
    [InlineData("DOCKER_HOST=nonsense weave ps", 1, "is not the address of a Docker daemon")]
    [InlineData("DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/nowhere DOCKER_HOST=tcp://127.0.0.1:2376 weave launch", 1, "Cannot use the certificates for the Docker daemon in /nowhere")]
    [InlineData("exec -a weaver weave --port=x", 125, "invalid value \"x\" for flag --port")]
    [InlineData("weave connect", 1, "Usage:")]
    [InlineData("weave launch nosuchhost.invalid", 1, "lookup nosuchhost.invalid: no such host")]
    [InlineData("weave launch 192.0.2.1:99999", 1, "address 99999: invalid port")]
    [InlineData("weave launch --port=70000", 1, "--port must be in range [1,65534]")]
    [InlineData("weave launch --ipalloc-range=10.32.0.0/33", 1, "invalid CIDR address: 10.32.0.0/33")]
    [InlineData("weave launch --ipalloc-range=10.32.0.0/31", 1, "smaller than minimum size 4: 10.32.0.0/31")]
    [InlineData("weave launch --ipalloc-range=10.32.0.0/16 --ipalloc-default-subnet=10.40.0.0/24", 1, "10.40.0.0/24 does not overlap with allocation range 10.32.0.0/16")]
    [InlineData("weave launch --ipalloc-init=nonsense", 1, "unknown mode: nonsense")]
    [InlineData("weave launch --trusted-subnets=nonsense", 1, "Unable to parse trusted subnets: invalid CIDR address: nonsense")]
    [InlineData("weave launch --log-level=loud", 1, "not a valid logrus Level: \"loud\"")]
    [InlineData("setpriv --reuid=65534 --clear-groups weave launch", 1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock: Permission denied")]
    [InlineData("setpriv --reuid=65534 --clear-groups bash -c 'exec -a weaver weave --docker-api='", 1, "the router must run as root")]
    [InlineData("ip route add 10.35.0.0/16 dev eth0; weave launch; s=$?; ip route del 10.35.0.0/16 dev eth0; exit $s", 1, "overlaps with existing route 10.35.0.0/16")]
    [InlineData("socat TCP-LISTEN:6783 OPEN:/dev/null & p=$!; sleep 0.3; weave launch; s=$?; kill $p; exit $s", 1, "listen tcp :6783: Address already in use")]
    [InlineData("socat UDP-LISTEN:6783 OPEN:/dev/null & p=$!; sleep 0.3; weave launch; s=$?; kill $p; exit $s", 1, "bind UDP 0.0.0.0:6783: Address already in use; another program has this port")]
    [InlineData("socat TCP-LISTEN:6784,bind=127.0.0.1,fork,reuseaddr OPEN:/dev/null & p=$!; sleep 0.3; weave launch; s=$?; kill $p; exit $s", 1, "http://127.0.0.1:6784: address already in use; another program has this port")]
    public void What_cannot_be_is_told_in_one_line_and_nothing_is_left(string line, int status, string message)
    {
        Assert.Equal("", Left());
        Shell.Result result = DockerHosts.TryOn(1, line);
        Assert.Equal(status, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal("", Left());

        static string Left() => DockerHosts.On(
            1, "docker ps -aq; docker volume ls -q; docker plugin ls -q; docker network ls -q --filter driver=weavemesh; ip -o link | grep -E 'weave|vethwe|vxlan-'; iptables-save | grep -i weave; true");
    }

    [Fact]
    public void Flushed_rules_are_back_within_five_seconds()
    {
        DockerHosts.On(1, "weave launch && weave expose");
        string before = Rules();
        DockerHosts.On(1, "iptables -F INPUT; iptables -F WEAVE-EXPOSE; iptables -t nat -F; iptables -t nat -X WEAVE-CANARY");
        Eventually.True(Soon, "our rules are back", () => Rules() == before, Rules);

        static string Rules() => DockerHosts.On(1, "iptables-save | grep -i weave | sed 's/\\[.*//' | sort");
    }

    [Fact]
    public void Every_command_acts_on_the_host_that_DOCKER_HOST_names()
    {
        string remote = $"DOCKER_HOST=tcp://{DockerHosts.AddressOf(2)}:2375 weave";
        string id = DockerHosts.On(1, $"{remote} launch");
        Assert.Equal(DockerHosts.On(2, "docker inspect -f '{{.Id}}' weave"), id);
        Assert.Equal(DockerHosts.On(2, "weave status"), DockerHosts.On(1, $"{remote} status"));
        string address = DockerHosts.On(1, $"{remote} expose");
        Assert.Contains(address, DockerHosts.On(2, "ip addr show weave"), StringComparison.Ordinal);
        DockerHosts.On(1, $"{remote} reset");
        Assert.Equal("", DockerHosts.On(2, "docker ps -aq; ip -o link show weave 2>/dev/null || true"));
        Assert.Equal("", DockerHosts.On(1, "docker ps -aq"));
    }
}
