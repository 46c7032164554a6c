using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Cli;

/// <summary>What containers notice when the router stops, is replaced or is killed: on the user-space overlay a moment, and no connection ends.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed partial class LifeTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public LifeTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Theory]
    [InlineData("weave stop 2>/dev/null; WEAVE_NO_FASTDP=1 weave launch")]
    [InlineData("kill -9 $(docker inspect -f '{{.State.Pid}}' weave)")]
    public void An_established_connection_survives_and_little_is_lost(string what)
    {
        DockerHosts.On(1, "WEAVE_NO_FASTDP=1 weave launch && docker run -dt --name far --net=weave test /bin/sh");
        DockerHosts.On(2, $"WEAVE_NO_FASTDP=1 weave launch {DockerHosts.AddressOf(1)} && docker run -dt --name near --net=weave test /bin/sh");
        string address = DockerHosts.On(1, "docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}' far");
        DockerHosts.On(1, "docker exec -d far sh -c 'socat -u TCP-LISTEN:5000 OPEN:/tmp/got,creat'");
        DockerHosts.On(2, $"docker exec -d near sh -c 'until ping -c 1 -W 1 {address}; do :; done; n=0; while sleep 0.1; do n=$((n+1)); echo $n; done | socat -u - TCP:{address}:5000,retry=100,interval=0.2'");
        Eventually.True(Soon, "the connection carries something", () => Got() > 0);
        DockerHosts.On(2, $"docker exec -d near sh -c 'ping -i 0.1 {address} >/tmp/ping'");
        Eventually.True(Soon, "the routers have known each other for a while", () => Pings().Count > 110);
        string links = Links();

        Stopwatch watch = Stopwatch.StartNew();
        DockerHosts.On(1, what);
        double allowed = watch.Elapsed.TotalSeconds + 3; // a busy machine takes longer to stop and to launch
        int before = Got();
        Eventually.True(Soon, "the connection goes on", () => Got() > before + 20, () => DockerHosts.On(2, "weave status connections"));
        Assert.Equal(links, Links());
        IReadOnlyList<int> heard = Pings();
        int longest = heard.Zip(heard.Skip(1), (one, next) => next - one - 1).Max();
        Assert.True(longest * 0.1 <= allowed, $"{longest * 0.1} s were lost, {allowed} allowed");
    }

    /// <summary>The bar for an upgrade on the user-space overlay, the time of the commands included. For a quiet machine.</summary>
    [Fact]
    [Trait("Run", "OnDemand")]
    public void An_upgrade_costs_three_seconds_at_most()
    {
        DockerHosts.On(1, "WEAVE_NO_FASTDP=1 weave launch && docker run -dt --name far --net=weave test /bin/sh");
        DockerHosts.On(2, $"WEAVE_NO_FASTDP=1 weave launch {DockerHosts.AddressOf(1)} && docker run -dt --name near --net=weave test /bin/sh");
        string address = DockerHosts.On(1, "docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}' far");
        DockerHosts.On(2, $"docker exec -d near sh -c 'ping -i 0.05 {address} >/tmp/ping'");
        List<double> lost = [];
        for (int round = 0; round < 6; round++)
        {
            int host = (round % 2) + 1; // the one that dials, and the one that is dialled
            int before = Pings().Count;
            Eventually.True(Soon, "the routers have known each other for a while", () => Pings().Count > before + 220);
            int last = Pings()[^1];
            DockerHosts.On(host, $"weave stop 2>/dev/null; WEAVE_NO_FASTDP=1 weave launch {(host == 2 ? DockerHosts.AddressOf(1) : "")}");
            int after = Pings().Count;
            Eventually.True(Soon, "pings are answered again", () => Pings().Count > after + 20);
            IReadOnlyList<int> heard = [.. Pings().Where(sequence => sequence >= last)];
            lost.Add(heard.Zip(heard.Skip(1), (one, next) => next - one - 1).Max() * 0.05);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seconds lost: {string.Join(' ', lost)}");
        Assert.All(lost, seconds => Assert.InRange(seconds, 0, 3));
    }

    private static int Got() => int.TryParse(DockerHosts.On(1, "docker exec far sh -c 'touch /tmp/got; tail -n 1 /tmp/got'"), CultureInfo.InvariantCulture, out int last) ? last : 0;

    private static IReadOnlyList<int> Pings() =>
        [.. Sequence().Matches(DockerHosts.On(2, "docker exec near cat /tmp/ping")).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    /// <summary>What containers are plugged into.</summary>
    private static string Links() => DockerHosts.On(1, "ip -o link | grep -o 'vethwl[^@]*' | sort");

    [GeneratedRegex("seq=([0-9]+)")]
    private static partial Regex Sequence();
}
