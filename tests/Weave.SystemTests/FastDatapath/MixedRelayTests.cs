using System.Globalization;
using System.Text.RegularExpressions;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.FastDatapath;

/// <summary>Three hosts in a line, the first hop in the kernel and the second in user space: whoever is in the middle changes from one to the other.</summary>
[Collection(DockerHosts.Name)]
public sealed class MixedRelayTests : IDisposable
{
    private const int Frames = 200;
    private const string Broadcast = "10.47.255.255";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public MixedRelayTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void Frames_change_between_kernel_and_user_space_on_the_way_and_arrive_once()
    {
        DockerHosts.On(1, "weave launch --no-discovery");
        DockerHosts.On(2, "weave launch --no-discovery host1");
        DockerHosts.On(3, "weave launch --no-discovery --no-fastdp host2");
        Eventually.True(Soon, "a line of both kinds", () => Connections().Contains("fastdp", StringComparison.Ordinal) && Connections().Contains("sleeve", StringComparison.Ordinal), Connections);
        string[] addresses = [.. Enumerable.Range(1, DockerHosts.Count).Select(Container)];

        Eventually.True(Soon, "the ends talk", () => DockerHosts.TryOn(1, $"docker exec end ping -c 1 -W 1 {addresses[2]}").ExitCode == 0);
        foreach ((int from, int to) in new[] { (1, 3), (3, 1) })
        {
            Shell.Result pings = DockerHosts.TryOn(from, $"{Inside} ping -q -c {Frames} -i 0.01 -W 2 {addresses[to - 1]}");
            Assert.Contains($"{Frames} packets transmitted, {Frames} received, 0% packet loss", pings.All, StringComparison.Ordinal); // "+n duplicates" would stand in between
            DockerHosts.TryOn(from, $"{Inside} ping -q -b -c {Frames} -i 0.01 -W 1 {Broadcast}");
        }

        // Each end sent so many; a sender is not counted at home.
        Eventually.True(Soon, "broadcasts arrive", () => Seen(2) >= 2 * Frames && Seen(1) >= Frames && Seen(3) >= Frames, Everything);
        Assert.Equal((Frames, 2 * Frames, Frames), (Seen(1), Seen(2), Seen(3)));
        string counters = DockerHosts.On(2, "weave report -f '{{json .Router.OverlayDiagnostics.fastdp.Counters}}'");
        Assert.DoesNotContain("\"received_handover\":0,", counters.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("\"sent_handover\":0,", counters.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private const string Inside = "nsenter -t $(docker inspect -f '{{.State.Pid}}' end) -n";

    private static string Connections() => DockerHosts.TryOn(2, "weave status connections").All;

    private static string Everything() => $"{Seen(1)} {Seen(2)} {Seen(3)}";

    /// <summary>A container that counts broadcasts of others; its address.</summary>
    private static string Container(int host)
    {
        DockerHosts.On(host, "docker run -tdi --name end --net weave test");
        string address = DockerHosts.On(host, "docker inspect -f '{{.NetworkSettings.Networks.weave.IPAddress}}' end");
        DockerHosts.On(host, $"{Inside} nft add table ip t; {Inside} nft add chain ip t in '{{ type filter hook prerouting priority 0; }}'; "
            + $"{Inside} nft add rule ip t in icmp type echo-request ip daddr {Broadcast} ip saddr != {address} counter");
        return address;
    }

    private static int Seen(int host) =>
        int.Parse(Regex.Match(DockerHosts.On(host, $"{Inside} nft list table ip t"), @"counter packets (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
}
