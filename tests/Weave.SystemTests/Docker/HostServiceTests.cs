using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>
/// The router as a service of the host, as the unit of <c>weave systemd</c> says (SystemdTests: systemd starts dockerd after
/// it): containers are back whatever ends (must never happen, 5).
/// </summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class HostServiceTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    /// <summary>What systemd does with the unit before it starts docker.service; the testbed runs it when it boots a host.</summary>
    private const string Boot = """
        #!/bin/bash
        line() { sed -n "s/^$1=//p" /etc/systemd/system/weave.service; }
        mkdir -p /run/docker/plugins
        eval "$(line ExecStartPre)"
        eval "setsid $(line ExecStart) >>/var/log/weaver.log 2>&1 </dev/null &"
        echo $! >/run/weaver.pid
        export -f line
        timeout 60 bash -c 'eval "$(line ExecStartPost)"' || { tail -n 20 /var/log/weaver.log >&2; exit 1; }
        """;

    public HostServiceTests(DockerHosts hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        DockerHosts.On(1, "weave systemd --ipalloc-default-subnet=10.32.0.0/16");
        DockerHosts.On(1, $"cat >/etc/rc.local <<'END'\n{Boot}\nEND\nchmod +x /etc/rc.local && /etc/rc.local");
        Eventually.True(Minute, "the network is made", () => DockerHosts.TryOn(1, "docker network inspect weave").ExitCode == 0);
    }

    public void Dispose()
    {
        try
        {
            DockerHosts.On(1, "docker rm -f again");
            // Docker counts the endpoint of a container that just ended for a moment longer than it shows it.
            Eventually.True(Minute, "the network goes", () => DockerHosts.TryOn(1, "docker network rm weave").ExitCode == 0, () => DockerHosts.TryOn(1, "docker network rm weave; docker network inspect -v weave").All);
        }
        finally
        {
            DockerHosts.On(1, "kill $(cat /run/weaver.pid); for ((i = 0; i < 300; i++)); do [ -d /proc/$(cat /run/weaver.pid) ] || break; sleep 0.1; done");
            DockerHosts.On(1, "rm -rf /etc/rc.local /etc/systemd/system/weave.service /etc/systemd/system/docker.service.d /var/lib/weave /var/log/weaver.log");
            DockerHosts.Clean();
        }
    }

    [Theory]
    [InlineData("docker 1 restart")]
    [InlineData("docker 1 kill", "docker 1 start")]
    [InlineData("reboot 1")]
    public void Containers_are_back_with_address_and_name(string end, string begin = "status")
    {
        ArgumentNullException.ThrowIfNull(end);
        ArgumentNullException.ThrowIfNull(begin);
        DockerHosts.On(1, "docker run -tdi --name again --restart=always --stop-signal KILL --net=weave --ip=10.32.5.5 -h again.weave.local $(weave dns-args) test");
        AssertResolves();
        DockerHosts.Do(end.Split(' '));
        DockerHosts.Do(begin.Split(' '));
        Eventually.True(Minute, "it runs", () => DockerHosts.On(1, "docker inspect -f '{{.State.Running}}' again") == "true", () => DockerHosts.On(1, "docker inspect -f '{{json .State}}' again; cat /var/log/weaver.log"));
        Assert.Equal("10.32.5.5", DockerHosts.On(1, "docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}' again"));
        AssertResolves();
    }

    /// <summary>dockerd is held where the pair of links is made and the container does not have its end yet, while the router is killed and comes back.</summary>
    [Fact]
    public void A_container_starts_though_the_router_was_replaced_after_its_links_were_made()
    {
        string inside = DockerHosts.On(1, """
            docker run --name again --net=weave --ip=10.32.6.6 test ip -4 -o addr show ethwe0 >/tmp/inside 2>&1 &
            run=$!
            while read -r line; do case $line in *vethwl*,UP*) kill -STOP $(cat /run/docker.pid); break ;; esac; done < <(timeout 60 ip monitor link)
            sleep 0.5 # the router answers
            kill -9 $(cat /run/weaver.pid)
            while [ -d /proc/$(cat /run/weaver.pid) ]; do sleep 0.1; done
            ip -o link show >/tmp/links
            /etc/rc.local
            kill -CONT $(cat /run/docker.pid)
            wait $run; cat /tmp/inside
            """);
        Assert.Contains("inet 10.32.6.6/16", inside, StringComparison.Ordinal);
        Assert.Contains("vethwl", DockerHosts.On(1, "cat /tmp/links"), StringComparison.Ordinal);
        DockerHosts.AssertNoEndpoints(1);
    }

    private static void AssertResolves() => Eventually.True(
        Minute,
        "its name resolves",
        () => DockerHosts.TryOn(1, "docker exec again nslookup again.weave.local").All.Contains("Address: 10.32.5.5", StringComparison.Ordinal),
        () => DockerHosts.TryOn(1, "docker exec again nslookup again.weave.local; docker exec again cat /etc/resolv.conf /etc/hosts; tail -n 40 /var/log/weaver.log").All);
}
