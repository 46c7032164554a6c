using System.Diagnostics;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>dockerd never waits for a router that is not there, and containers come back (must never happen, 4 to 6).</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class RouterAwayTests : IDisposable
{
    private const string Refusal = "Weave Net does not run on this host";

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    public RouterAwayTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void A_killed_router_is_back_and_Docker_answers_meanwhile()
    {
        Launch();
        DockerHosts.On(1, "kill -9 $(docker inspect -f '{{.State.Pid}}' weave)");
        Within(AtOnce, "docker ps");
        Shell.Result soon = DockerHosts.TryOn(1, "docker run --rm --net=weave test true", AtOnce);
        Assert.True(soon.ExitCode == 0 || soon.Error.Contains(Refusal, StringComparison.Ordinal), soon.All);
        Eventually.True(Minute, "the router is back", () => DockerHosts.TryOn(1, "weave status").All.Contains("Service: router", StringComparison.Ordinal));
        Within(AtOnce, "docker run --rm --net=weave test true");
        Within(AtOnce, "docker rm -f foo");
    }

    /// <summary>By Docker's own calls, so that the router is certainly another one.</summary>
    [Fact]
    public void An_endpoint_that_one_router_made_joins_the_next()
    {
        const string endpoint = "1111222233334444555566667777888811112222333344445555666677778888";
        Launch();
        Call("CreateEndpoint", $$$"""{"NetworkID":"x","EndpointID":"{{{endpoint}}}","Interface":{"Address":"10.32.6.6/16","AddressIPv6":"","MacAddress":""}}""");
        DockerHosts.On(1, "docker restart weave && weave status");
        Assert.Contains("\"SrcName\":\"vethwg111122223\"", Call("Join", $$"""{"NetworkID":"x","EndpointID":"{{endpoint}}","SandboxKey":"/x"}"""), StringComparison.Ordinal);
        DockerHosts.On(1, "ip link show vethwg111122223 && ip netns add made && ip link set vethwg111122223 netns made && ip netns del made");
        Call("DeleteEndpoint", $$"""{"NetworkID":"x","EndpointID":"{{endpoint}}"}""");

        static string Call(string name, string body) =>
            DockerHosts.On(1, $"curl -sf --unix-socket /run/docker/plugins/weavemesh.sock -d '{body}' http://plugin/NetworkDriver.{name}");
    }

    [Fact]
    public void A_router_that_stays_away_is_named_at_once_and_containers_can_end()
    {
        Launch();
        DockerHosts.On(1, "docker kill weave");
        Within(AtOnce, "docker ps");
        Refused("docker run --rm --net=weave test true");
        Within(AtOnce, "docker rm -f foo");
        Assert.Equal(".weave/guard-weavemesh.sock", DockerHosts.On(1, "readlink /run/docker/plugins/weavemesh.sock"));
    }

    [Fact]
    public void A_router_that_is_frozen_is_named_at_once_and_containers_can_end()
    {
        Launch();
        DockerHosts.On(1, "docker pause weave");
        try
        {
            Eventually.True(AtOnce, "the guard answers", () => DockerHosts.On(1, "readlink /run/docker/plugins/weavemesh.sock") == ".weave/guard-weavemesh.sock");
            Shell.Result refused = DockerHosts.TryOn(1, "docker run --rm --net=weave test true", AtOnce);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("docker unpause weave", refused.Error, StringComparison.Ordinal);
            Within(AtOnce, "docker rm -f foo");
        }
        finally
        {
            DockerHosts.On(1, "docker unpause weave");
        }

        Eventually.True(AtOnce, "it works again", () => DockerHosts.TryOn(1, "docker run --rm --net=weave test true").ExitCode == 0);
        DockerHosts.On(1, "docker pause weave && weave stop");
        DockerHosts.AssertNoEndpoints(1);
    }

    [Fact]
    public void Stop_with_endpoints_left_leaves_a_dockerd_that_answers_at_once_and_launch_takes_over_again()
    {
        Launch();
        DockerHosts.On(1, "weave expose");
        DockerHosts.TryOn(1, "weave stop"); // it says that the network is in use
        Refused("docker run --rm --net=weave test true");
        Refused("docker network create --driver=weavemesh --ipam-driver=weavemesh --subnet=10.40.0.0/16 other");
        Within(AtOnce, "docker stop foo");
        DockerHosts.On(1, "weave launch --ipalloc-default-subnet=10.32.0.0/16");
        Within(AtOnce, "docker start foo");
        Within(AtOnce, "docker run --rm --net=weave test true");
    }

    [Fact]
    public void Reset_with_endpoints_left_leaves_nothing_that_Docker_would_look_for()
    {
        Launch();
        DockerHosts.On(1, "docker network create --driver=weavemesh --ipam-driver=weavemesh --subnet=10.40.0.0/16 other && docker network connect other foo");
        DockerHosts.On(1, "docker kill weave");
        Within(TimeSpan.FromSeconds(10), "weave reset --force");
        Assert.Equal("", DockerHosts.On(1, "docker network ls -q --filter driver=weavemesh; docker plugin ls -q; ls -A /run/docker/plugins"));
        Within(AtOnce, "docker rm -f foo");
    }

    [Theory]
    [InlineData("docker 1 restart")]
    [InlineData("docker 1 kill", "docker 1 start")]
    [InlineData("reboot 1")]
    [InlineData("reboot 1", null, "weave stop")] // Docker starts it nevertheless
    public void Containers_are_back_with_address_and_name(string end, string? begin = null, string before = "true")
    {
        ArgumentNullException.ThrowIfNull(end);
        Launch();
        DockerHosts.On(1, "docker run -tdi --name again --restart=always --stop-signal KILL --net=weave --ip=10.32.5.5 -h again.weave.local $(weave dns-args) test");
        DockerHosts.On(1, before);
        DockerHosts.Do(end.Split(' '));
        DockerHosts.Do((begin ?? "status").Split(' '));
        Eventually.True(Minute, "it runs", () => DockerHosts.On(1, "docker inspect -f '{{.State.Running}}' again") == "true", () => DockerHosts.On(1, "docker inspect -f '{{json .State}}' again"));
        Assert.Equal("10.32.5.5", DockerHosts.On(1, "docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}' again"));
        Eventually.True(Minute, "its name resolves", () => DockerHosts.TryOn(1, "docker exec again nslookup again.weave.local").All.Contains("Address: 10.32.5.5", StringComparison.Ordinal));
    }

    /// <summary>With <c>live-restore</c> containers outlive dockerd, and so do the router and the guard.</summary>
    [Theory]
    [InlineData("docker 1 restart")]
    [InlineData("docker 1 kill", "docker 1 start")]
    public void Live_containers_do_not_notice_a_dockerd_that_comes_back_and_end_as_usual(string end, string? begin = null)
    {
        ArgumentNullException.ThrowIfNull(end);
        const string settings = "/etc/docker/daemon.json";
        const string heed = "kill -HUP $(cat /run/docker.pid)";
        DockerHosts.On(1, $"cp {settings} {settings}.was && jq '. + {{\"live-restore\": true}}' {settings}.was >{settings} && {heed}");
        try
        {
            Launch();
            DockerHosts.On(2, $"weave launch --ipalloc-default-subnet=10.32.0.0/16 {DockerHosts.AddressOf(1)}");
            DockerHosts.On(2, "docker run -tdi --name other --stop-signal KILL --net=weave test");
            string address = DockerHosts.On(1, "docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}' foo");
            Eventually.True(Minute, "the hosts are connected", () => DockerHosts.TryOn(2, $"docker exec other ping -c 1 -W 1 {address}").ExitCode == 0);
            string process = DockerHosts.On(1, "docker inspect -f '{{.State.Pid}}' foo");
            DockerHosts.On(2, $"docker exec -d other sh -c 'exec ping {address} >/pings'");
            DockerHosts.Do(end.Split(' '));
            DockerHosts.Do((begin ?? "status").Split(' '));
            Assert.Equal(process, DockerHosts.On(1, "docker inspect -f '{{.State.Pid}}' foo"));
            DockerHosts.On(2, "docker exec other killall -INT ping");
            Eventually.True(Minute, "no ping was lost", () => DockerHosts.On(2, "docker exec other cat /pings").Contains(" 0% packet loss", StringComparison.Ordinal), () => DockerHosts.On(2, "docker exec other cat /pings"));
            Within(AtOnce, "docker run --rm --net=weave test true");
            Within(AtOnce, "docker rm -f foo");
            DockerHosts.AssertNoEndpoints(1);
            DockerHosts.On(1, $"docker run --rm --net=weave --ip={address} test true");
        }
        finally
        {
            DockerHosts.On(1, $"mv {settings}.was {settings} && {heed}");
        }
    }

    /// <summary>The router as the unit file runs it, with a Docker API that takes every question and answers none.</summary>
    [Fact]
    public void Driver_calls_need_nothing_of_Dockers()
    {
        DockerHosts.On(1, "setsid socat UNIX-LISTEN:/run/hole.sock,fork SYSTEM:'exec sleep 600' >/dev/null 2>&1 </dev/null & echo $! >/run/hole.pid");
        DockerHosts.On(1, """
            setsid $(weave systemd --print --log-level=debug | sed -n 's/^ExecStart=//p') --docker-api=unix:///run/hole.sock >/var/log/weaver.log 2>&1 </dev/null &
            echo $! >/run/weaver.pid
            for ((i = 0; i < 300; i++)); do [ -S /run/docker/plugins/weavemesh.sock ] && exit 0; sleep 0.1; done
            cat /var/log/weaver.log >&2
            exit 1
            """);
        try
        {
            Within(AtOnce, "docker network create --driver=weavemesh --ipam-driver=weavemesh --subnet=10.40.0.0/16 --opt works.weave.multicast=true own");
            Within(AtOnce, "docker run -tdi --name one --stop-signal KILL --net=own test");
            Assert.Contains("224.0.0.0/4 dev ethwe0", DockerHosts.On(1, "docker exec one ip route"), StringComparison.Ordinal);
            Within(AtOnce, "docker network disconnect own one");
            Within(AtOnce, "docker network connect own one");
            Within(AtOnce, "docker rm -f one");
            Within(AtOnce, "docker network rm own");
        }
        finally
        {
            DockerHosts.On(1, "kill $(cat /run/weaver.pid /run/hole.pid); for ((i = 0; i < 300; i++)); do [ -d /proc/$(cat /run/weaver.pid) ] || break; sleep 0.1; done; rm -rf /run/hole.sock /var/lib/weave");
        }

        string[] calls = [.. DockerHosts.On(1, "cat /var/log/weaver.log").Split('\n').Where(line => line.Contains("Driver.", StringComparison.Ordinal))];
        Assert.Contains(calls, call => call.Contains("NetworkDriver.Join answered", StringComparison.Ordinal));
        Assert.All(calls, call => Assert.Matches(@"Driver\.\w+ answered in \d{1,3}\.\d ms$", call));
        Assert.Equal("", DockerHosts.On(1, "ls /run/docker/plugins"));
    }

    [Fact]
    public void An_overlapping_subnet_is_refused_at_once_by_name()
    {
        Launch();
        Shell.Result refused = DockerHosts.TryOn(1, "docker network create --driver=weavemesh --ipam-driver=weavemesh --subnet=172.17.0.0/16 overlap", AtOnce);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("overlaps the route 172.17.0.0/16 through \"docker0\"", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_of_two_equal_addresses_is_refused_on_this_host_and_on_others()
    {
        Launch();
        DockerHosts.On(2, $"weave launch --ipalloc-default-subnet=10.32.0.0/16 {DockerHosts.AddressOf(1)}");
        DockerHosts.On(1, "docker run -tdi --name first --stop-signal KILL --net=weave --ip=10.32.7.7 test");
        foreach (int host in new[] { 1, 2 })
        {
            Shell.Result refused = DockerHosts.TryOn(host, "docker run --rm --net=weave --ip=10.32.7.7 test true");
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("10.32.7.7", refused.Error, StringComparison.Ordinal);
        }
    }

    private static void Launch() =>
        DockerHosts.On(1, "weave launch --ipalloc-default-subnet=10.32.0.0/16 && docker run -tdi --name foo --stop-signal KILL --net=weave -h foo.weave.local $(weave dns-args) test");

    /// <summary>At once, although the guard is new on this host: a router that was stopped is not on its way.</summary>
    private static void Refused(string line)
    {
        Shell.Result refused = DockerHosts.TryOn(1, line, AtOnce);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(Refusal, refused.Error, StringComparison.Ordinal);
    }

    private static void Within(TimeSpan limit, string line)
    {
        Stopwatch watch = Stopwatch.StartNew();
        DockerHosts.On(1, line);
        Assert.True(watch.Elapsed < limit, $"{line}: {watch.Elapsed.TotalSeconds:0.0} s");
    }
}
