using System.Diagnostics;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>dockerd never waits for a router that is not there, and containers come back (must never happen, 4 to 6).</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class RouterAwayTests : IDisposable
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    /// <summary>The guard waits 3 s for a router that was killed; what is above that is Docker's own work on a busy machine.</summary>
    private static readonly TimeSpan Refusal = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    public RouterAwayTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void A_killed_router_is_back_and_Docker_answers_meanwhile()
    {
        Launch();
        DockerHosts.On(1, "kill -9 $(docker inspect -f '{{.State.Pid}}' weave)");
        Within(AtOnce, "docker ps");
        Within(AtOnce, "docker run --rm --net=weave test true");
        Within(AtOnce, "docker rm -f foo");
        Assert.Contains("Service: router", DockerHosts.On(1, "weave status"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_router_that_stays_away_is_named_at_once_and_containers_can_end()
    {
        Launch();
        DockerHosts.On(1, "docker kill weave");
        Within(AtOnce, "docker ps");
        Shell.Result refused = DockerHosts.TryOn(1, "docker run --rm --net=weave test true", Refusal);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("Weave Net does not run on this host", refused.Error, StringComparison.Ordinal);
        Within(AtOnce, "docker rm -f foo");
        Assert.Equal(".weave/guard-weavemesh.sock", DockerHosts.On(1, "readlink /run/docker/plugins/weavemesh.sock"));
    }

    [Fact]
    public void Stop_with_endpoints_left_leaves_a_dockerd_that_answers_at_once_and_launch_takes_over_again()
    {
        Launch();
        DockerHosts.On(1, "weave expose");
        DockerHosts.TryOn(1, "weave stop"); // it says that the network is in use
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
    public void Containers_are_back_with_address_and_name(string end, string? begin = null)
    {
        ArgumentNullException.ThrowIfNull(end);
        Launch();
        DockerHosts.On(1, "docker run -tdi --name again --restart=always --stop-signal KILL --net=weave --ip=10.32.5.5 -h again.weave.local $(weave dns-args) test");
        DockerHosts.Do(end.Split(' '));
        DockerHosts.Do((begin ?? "status").Split(' '));
        Eventually.True(Minute, "it runs", () => DockerHosts.On(1, "docker inspect -f '{{.State.Running}}' again") == "true", () => DockerHosts.On(1, "docker inspect -f '{{json .State}}' again"));
        Assert.Equal("10.32.5.5", DockerHosts.On(1, "docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}' again"));
        Eventually.True(Minute, "its name resolves", () => DockerHosts.TryOn(1, "docker exec again nslookup again.weave.local").All.Contains("Address: 10.32.5.5", StringComparison.Ordinal));
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

    private static void Within(TimeSpan limit, string line)
    {
        Stopwatch watch = Stopwatch.StartNew();
        DockerHosts.On(1, line);
        Assert.True(watch.Elapsed < limit, $"{line}: {watch.Elapsed.TotalSeconds:0.0} s");
    }
}
