using System.Diagnostics;
using System.Globalization;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Overlay;

/// <summary>Routers on a wire that loses, repeats and reorders: what arrives is what was sent, and nothing grows.</summary>
public sealed class SleeveImpairedTests(ITestOutputHelper output)
{
    private const int AllowedGrowthKilobytes = 12 * 1024;
    private static readonly BadWire.Habits Habits = new(Loss: 0.01, Repeats: 0.01, Delays: 0.03);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public void Files_arrive_as_they_were_sent() => Run(TimeSpan.FromSeconds(8));

    /// <summary>WEAVE_SOAK_SECONDS makes it longer or shorter than ten minutes.</summary>
    [Fact]
    [Trait("Run", "OnDemand")]
    public void Ten_minutes_leave_memory_flat() => Run(TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("WEAVE_SOAK_SECONDS") ?? "600", CultureInfo.InvariantCulture)));

    private void Run(TimeSpan duration)
    {
        using BareRouters hosts = new(2);
        using BadWire wire = BareRouters.JoinBadly(Habits);
        hosts.Start(1, $"--no-dns --password=secret {BareRouters.AddressOf(2)}");
        hosts.Start(2, "--no-dns --password=secret");
        BareRouters.Container(1, "10.32.0.1/12");
        BareRouters.Container(2, "10.32.0.2/12");
        Eventually.True(Soon, "containers talk", () => BareRouters.Reaches(1, "10.32.0.2"), hosts.Describe);
        Eventually.True(Soon, "the path's size is found", () => BareRouters.Connections(1).Contains("mtu=1414", StringComparison.Ordinal), hosts.Describe);

        using Process server = Shell.Background("ip", "netns", "exec", "wbarec2", "bash", "-c", "exec iperf3 -s >/dev/null");
        Eventually.True(Soon, "iperf3 listens", () => BareRouters.TryInContainer(2, "ss -Hltn sport 5201 | grep -q .").ExitCode == 0);
        using Process load = Shell.Background(
            "ip", "netns", "exec", "wbarec1", "bash", "-c", $"exec iperf3 -u -b 20M -l 1200 --bidir -t {duration.TotalSeconds + 600:0} -c 10.32.0.2 >/dev/null");
        try
        {
            Transfer(fromTo: (1, 2));
            Soak(hosts, wire, duration);
            Transfer(fromTo: (2, 1));
        }
        finally
        {
            load.Kill();
            server.Kill();
        }

        Assert.True(wire.Lost > 0 && BareRouters.SleeveEvents(2, "replayed") > 0, $"{wire.Lost} of {wire.Carried} frames lost: that tries nothing");
        Assert.Equal(0, BareRouters.SleeveEvents(1, "forged") + BareRouters.SleeveEvents(2, "forged"));
        Assert.Contains("established encrypted sleeve", BareRouters.Connections(1), StringComparison.Ordinal);
        output.WriteLine($"{wire.Carried} frames carried, {wire.Lost} lost; datagrams that came twice: {BareRouters.SleeveEvents(1, "replayed")} and {BareRouters.SleeveEvents(2, "replayed")}");
    }

    /// <summary>Data goes on; after a tenth of the time for what grows once, memory stays.</summary>
    private void Soak(BareRouters hosts, BadWire wire, TimeSpan duration)
    {
        Stopwatch watch = Stopwatch.StartNew();
        List<(double At, int[] Memory)> samples = [];
        int transfers = 0;
        while (watch.Elapsed < duration)
        {
            Transfer(fromTo: transfers % 2 == 0 ? (1, 2) : (2, 1));
            transfers++;
            samples.Add((watch.Elapsed.TotalSeconds, [hosts.MemoryKilobytes(1), hosts.MemoryKilobytes(2)]));
        }

        foreach ((double at, int[] memory) in samples.Where((_, i) => i % Math.Max(1, samples.Count / 12) == 0))
        {
            output.WriteLine($"{at,6:0} s: {memory[0]} and {memory[1]} KB");
        }

        output.WriteLine($"{transfers} files of 2 MB each way or the other in {watch.Elapsed.TotalSeconds:0} s, {wire.Carried} frames");
        foreach (int host in (int[])[0, 1])
        {
            int early = samples.Where(sample => sample.At < Math.Max(samples[0].At + 1, duration.TotalSeconds / 10)).Max(sample => sample.Memory[host]);
            int last = samples[^1].Memory[host];
            Assert.True(last < early + AllowedGrowthKilobytes, $"memory of router {host + 1} grew from {early} to {last} KB");
        }
    }

    private static void Transfer((int From, int To) fromTo)
    {
        string sums = Shell.Bash($"""
            f=$(mktemp); head -c 2000000 /dev/urandom > $f
            ip netns exec wbarec{fromTo.To} timeout 60 socat -u TCP4-LISTEN:7000,reuseaddr CREATE:$f.got & l=$!
            for i in $(seq 100); do ip netns exec wbarec{fromTo.To} ss -Hltn sport 7000 | grep -q . && break; sleep 0.1; done
            ip netns exec wbarec{fromTo.From} timeout 60 socat -u FILE:$f TCP4:10.32.0.{fromTo.To}:7000
            wait $l; md5sum < $f; md5sum < $f.got; rm $f $f.got
            """);
        string[] lines = sums.Split('\n');
        Assert.True(lines.Length == 2 && lines[0] == lines[1], $"what arrived is not what was sent: {sums}");
    }
}
