using Weave.SystemTests.Support;

namespace Weave.SystemTests.FastDatapath;

/// <summary>The fast datapath under the daemon, on real Docker hosts.</summary>
[Collection(DockerHosts.Name)]
public sealed class DaemonTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTime = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(60);

    public DaemonTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Theory]
    [InlineData("weave stop && weave launch")]
    [InlineData("kill -9 $(docker inspect -f '{{.State.Pid}}' weave); sleep 0.5; docker start weave")]
    public void Traffic_goes_on_while_the_daemon_is_replaced(string replace) => ReplaceUnderTraffic(replace, 5000);

    /// <summary>The measure of the last test for long runs.</summary>
    [Theory]
    [Trait("Run", "OnDemand")]
    [InlineData("weave stop && weave launch")]
    [InlineData("weave stop && weave launch; weave stop && weave launch")]
    [InlineData("kill -9 $(docker inspect -f '{{.State.Pid}}' weave); sleep 0.5; docker start weave")]
    public void Of_ten_thousand_pings_none_is_lost_while_the_daemon_is_replaced(string replace) => ReplaceUnderTraffic(replace, 10000);

    [Fact]
    public void Sleeve_carries_the_frames_while_the_fast_path_is_cut_and_then_it_is_back() => CutTheFastPath(3);

    [Fact]
    [Trait("Run", "OnDemand")]
    public void A_minute_without_the_fast_path_leaves_nothing_behind() => CutTheFastPath(60);

    [Fact]
    [Trait("Run", "OnDemand")]
    public void Daemons_without_processor_time_lose_no_packet_and_use_the_fast_path_afterwards()
    {
        Launch("", "");
        string address = Container(2);
        DockerHosts.On(1, "docker run -tdi --name from --net weave test");
        Eventually.True(Soon, "the hosts use the fast path", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        DockerHosts.On(1, $"docker exec from ping -c 3 -W 5 {address}");
        for (int host = 1; host <= 2; host++)
        {
            DockerHosts.On(host, "docker update --cpus 0.01 weave");
        }

        AllArrive(600, address);
        for (int host = 1; host <= 2; host++)
        {
            DockerHosts.On(host, "docker update --cpus 2 weave");
        }

        Eventually.True(BackWithin, "the hosts use the fast path", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
    }

    /// <summary>Longer than a path that is merely cut is trusted; its kernel forwards, and user space could not.</summary>
    [Fact]
    public void A_daemon_that_is_stopped_costs_no_packet_and_its_neighbour_stays_on_the_fast_path()
    {
        StopTheOtherDaemon(address =>
        {
            AllArrive(250, address);
            Assert.Contains("established fastdp", Connections(), StringComparison.Ordinal);
        });
        for (int host = 1; host <= 2; host++)
        {
            Assert.DoesNotContain("fastdp on hold: True", DockerHosts.On(host, "docker logs weave 2>&1"), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Run", "OnDemand")]
    public void A_daemon_that_is_stopped_until_its_neighbour_gives_it_up_is_back_within_a_minute() => StopTheOtherDaemon(_ =>
        Eventually.True(TimeSpan.FromMinutes(4), "the connection is given up", () => !Connections().Contains("established", StringComparison.Ordinal), Connections));

    [Fact]
    public void Report_and_metrics_show_what_the_kernel_holds()
    {
        Launch("", "");
        string address = Container(2);
        string ping = $"docker run --rm --net weave test ping -c 1 -W 5 {address}";
        Eventually.True(Soon, "the hosts use the fast path", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        Eventually.True(Soon, "containers talk", () => DockerHosts.TryOn(1, ping).ExitCode == 0);
        string datapath = DockerHosts.On(1, "weave report -f '{{json .Router.OverlayDiagnostics.fastdp}}'");
        Assert.Contains($"\"Address\":\"{DockerHosts.AddressOf(2)}\",\"Path\":\"fastdp\"", datapath.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        string mac = DockerHosts.On(2, "docker inspect -f '{{.NetworkSettings.Networks.weave.MacAddress}}' to");
        Assert.Contains($"EthernetFlowKey{{dst: {mac}}}", datapath, StringComparison.Ordinal);
        Assert.Contains(mac, DockerHosts.On(1, "weave report -f '{{json .Router.MACs}}'"), StringComparison.Ordinal);
        string metrics = DockerHosts.On(1, "curl -sf 127.0.0.1:6782/metrics");
        Assert.Contains("weave_fastdp_neighbours{path=\"fastdp\"} 1", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("weave_fastdp_frames_total{event=\"sent_fast\"} 0", metrics, StringComparison.Ordinal);
        Eventually.True(Soon, "frames skip the bridge", () => DockerHosts.TryOn(1, ping).ExitCode == 0
            && !DockerHosts.On(2, "curl -sf 127.0.0.1:6782/metrics").Contains("weave_fastdp_frames_total{event=\"delivered_direct\"} 0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--password=secret", "--password=secret", "established encrypted   sleeve")]
    [InlineData("--no-fastdp", "", "established sleeve")]
    public void Where_the_fast_path_cannot_be_had_sleeve_carries_the_frames(string first, string second, string connection)
    {
        Launch(first, second);
        string address = Container(2);
        Eventually.True(Soon, connection, () => Words(Connections()).Contains(Words(connection), StringComparison.Ordinal), Connections);
        Shell.Result ping = DockerHosts.TryOn(1, $"docker run --rm --net weave test ping -c 3 -W 5 {address}");
        Assert.True(ping.ExitCode == 0, ping.All);
    }

    private static void ReplaceUnderTraffic(string replace, int count)
    {
        Launch("", "");
        string address = Container(2);
        DockerHosts.On(1, "docker run -tdi --name from --net weave test");
        Eventually.True(Soon, "the hosts use the fast path", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        Eventually.True(Soon, "containers talk", () => DockerHosts.TryOn(1, $"docker exec from ping -c 1 -W 1 {address}").ExitCode == 0);
        Shell.Result pings = DockerHosts.TryOn(
            1,
            $"nsenter -t $(docker inspect -f '{{{{.State.Pid}}}}' from) -n ping -q -i 0.001 -c {count} {address} & pings=$!; sleep 1; ({replace}) >/dev/null 2>&1; wait $pings",
            PingTime);
        Assert.True(
            pings.All.Contains($"{count} packets transmitted, {count} received", StringComparison.Ordinal),
            pings.All + Counters(1) + Counters(2) + DockerHosts.TryOn(1, "docker logs --tail 40 weave").All + DockerHosts.TryOn(2, "docker logs --tail 40 weave").All);
        Eventually.True(Soon, "the daemon is back", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        Assert.Contains("adopted", DockerHosts.On(1, "docker logs weave 2>&1 | grep 'Fast datapath on' | tail -1"), StringComparison.Ordinal);
    }

    private static void StopTheOtherDaemon(Action<string> meanwhile)
    {
        Launch("--log-level=debug", "--log-level=debug");
        string address = Container(2);
        DockerHosts.On(1, "docker run -tdi --name from --net weave test");
        Eventually.True(Soon, "the hosts use the fast path", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        DockerHosts.On(1, $"docker exec from ping -c 3 -W 5 {address}");
        DockerHosts.On(2, "kill -STOP $(docker inspect -f '{{.State.Pid}}' weave)");
        try
        {
            meanwhile(address);
        }
        finally
        {
            DockerHosts.On(2, "kill -CONT $(docker inspect -f '{{.State.Pid}}' weave)");
        }

        Eventually.True(BackWithin, "the hosts use the fast path", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        AllArrive(50, address);
    }

    private static void AllArrive(int count, string address)
    {
        Shell.Result pings = DockerHosts.TryOn(1, $"docker exec from ping -q -i 0.1 -c {count} -W 5 {address}", PingTime);
        Assert.Contains($"{count} packets transmitted, {count} packets received", pings.All, StringComparison.Ordinal);
    }

    private static void CutTheFastPath(int seconds)
    {
        Launch("", "");
        string address = Container(2);
        DockerHosts.On(1, "docker run -tdi --name from --net weave test");
        Eventually.True(Soon, "the hosts use the fast path", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        string ping = $"docker exec from ping -c {seconds} -W 5 {address}";
        DockerHosts.On(2, "iptables -I INPUT -p udp --dport 6784 -j DROP");
        try
        {
            Eventually.True(Soon, "sleeve has taken over", () => Connections().Contains("established sleeve", StringComparison.Ordinal), Connections);
            Eventually.True(Soon, "containers talk", () => DockerHosts.TryOn(1, $"docker exec from ping -c 1 -W 1 {address}").ExitCode == 0);
            Assert.Contains($" {seconds} packets received", DockerHosts.TryOn(1, ping, PingTime).All, StringComparison.Ordinal);
        }
        finally
        {
            DockerHosts.On(2, "iptables -D INPUT -p udp --dport 6784 -j DROP");
        }

        Eventually.True(BackWithin, "the hosts use the fast path again", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        Eventually.True(Soon, "containers talk again", () => DockerHosts.TryOn(1, $"docker exec from ping -c 1 -W 1 {address}").ExitCode == 0);
    }

    private static string Counters(int host) => DockerHosts.TryOn(host, "weave report -f '{{json .Router.OverlayDiagnostics.fastdp.Counters}}'").All;

    private static string Words(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static void Launch(string first, string second)
    {
        DockerHosts.On(1, $"weave launch {first}");
        DockerHosts.On(2, $"weave launch {second} host1");
        Eventually.True(Soon, "the hosts connect", () => Connections().Contains("established", StringComparison.Ordinal), Connections);
    }

    private static string Connections() => DockerHosts.TryOn(1, "weave status connections").All;

    private static string Container(int host)
    {
        DockerHosts.On(host, "docker run -tdi --name to --net weave test");
        return DockerHosts.On(host, "docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}' to");
    }
}
