using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Overlay;

/// <summary>How fast sleeve is. Not a gate: run on demand with <c>--explicit only</c>, in a Release build.</summary>
public sealed class SleeveThroughput(ITestOutputHelper output)
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    [Trait("Run", "OnDemand")]
    public void Streams_and_round_trips()
    {
        for (int round = 1; round <= 3; round++)
        {
            Measure($"round {round} plain", null, ours: true);
            Measure($"round {round} sealed with an original", Key, ours: false);
            Measure($"round {round} sealed between ours", Key, ours: true);
        }
    }

    private void Measure(string what, byte[]? key, bool ours)
    {
        using SleeveHosts hosts = new("wslt", 2, 1500, key, ours);
        hosts.WaitUntilEstablished();
        hosts.WaitUntilSettled(key is null ? 1438 : 1414);
        string ping = hosts.In(1, $"ping -q -c 500 -i 0.002 {SleeveHosts.AddressOf(2)} | tail -1");
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        string json = Shell.Bash($"""
            ip netns exec {hosts.Container(2)} iperf3 -s -1 -p 5201 >/dev/null & s=$!
            for i in $(seq 100); do ip netns exec {hosts.Container(2)} ss -Hltn sport 5201 | grep -q . && break; sleep 0.1; done
            ip netns exec {hosts.Container(1)} iperf3 -c {SleeveHosts.AddressOf(2)} -t 5 -J; wait $s
            """);
        TimeSpan busy = Process.GetCurrentProcess().TotalProcessorTime - before;
        JsonElement received = JsonDocument.Parse(json).RootElement.GetProperty("end").GetProperty("sum_received");
        double rate = received.GetProperty("bits_per_second").GetDouble() / 1e9;
        double each = busy.TotalSeconds / (received.GetProperty("bytes").GetDouble() * 8 / 1e9);
        string line = string.Create(CultureInfo.InvariantCulture, $"{what}: {rate:0.00} Gbit/s, {each:0.00} CPU s per Gbit (both ends); {ping}");
        output.WriteLine(line);
        Console.Error.WriteLine(line);
        Console.Error.WriteLine(hosts.Describe());
    }
}
