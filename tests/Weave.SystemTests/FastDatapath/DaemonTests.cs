using Weave.SystemTests.Support;

namespace Weave.SystemTests.FastDatapath;

/// <summary>The fast datapath under the daemon, on real Docker hosts.</summary>
[Collection(DockerHosts.Name)]
public sealed class DaemonTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTime = TimeSpan.FromMinutes(3);

    public DaemonTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    /// <remarks>On demand: one packet in ten thousand was seen lost when the path moved from sleeve back to the kernel.</remarks>
    [Fact]
    [Trait("Run", "OnDemand")]
    public void No_packet_is_lost_between_stop_and_launch()
    {
        Launch("", "");
        string address = Container(2);
        DockerHosts.On(1, "docker run -tdi --name from --net weave test");
        Eventually.True(Soon, "containers talk", () => DockerHosts.TryOn(1, $"docker exec from ping -c 1 -W 1 {address}").ExitCode == 0);
        Shell.Result pings = DockerHosts.TryOn(
            1,
            $"nsenter -t $(docker inspect -f '{{{{.State.Pid}}}}' from) -n ping -q -i 0.001 -c 10000 {address} & sleep 1; (weave stop && weave launch) >/dev/null 2>&1; wait $!",
            PingTime);
        Assert.True(
            pings.All.Contains("10000 packets transmitted, 10000 received, 0% packet loss", StringComparison.Ordinal),
            pings.All + DockerHosts.TryOn(1, "docker logs --tail 60 weave").All);
        Eventually.True(Soon, "the daemon is back", () => Connections().Contains("established fastdp", StringComparison.Ordinal), Connections);
        Assert.Contains("adopted", DockerHosts.On(1, "docker logs weave 2>&1 | grep 'Fast datapath on'"), StringComparison.Ordinal);
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
