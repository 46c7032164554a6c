using System.Diagnostics;
using System.Text;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Overlay;

/// <summary>Sleeve between namespaces of this machine, with the kernel's own TCP, UDP and ping at the ends.</summary>
public sealed class SleeveTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    public static TheoryData<int, bool, int> Underlays => new()
    {
        { 1280, false, 1218 }, { 1500, false, 1438 }, { 1500, true, 1414 }, { 9000, false, 8938 }, { 9000, true, 8914 },
    };

    [Theory]
    [MemberData(nameof(Underlays))]
    public void Containers_of_two_hosts_talk_in_every_size(int underlayMtu, bool encrypted, int overlayMtu)
    {
        using SleeveHosts hosts = new("wsla", 2, underlayMtu, encrypted ? Key : null);
        hosts.WaitUntilEstablished();
        hosts.WaitUntilSettled(overlayMtu);
        hosts.In(1, $"ping -c 3 -i 0.2 -W 5 {SleeveHosts.AddressOf(2)}");
        foreach (int size in (int[])[1, 100, overlayMtu - 28, overlayMtu - 27, 8000, 65000])
        {
            hosts.In(1, $"ping -c 2 -i 0.2 -W 5 -M dont -s {size} {SleeveHosts.AddressOf(2)}");
        }

        Transfer(hosts, from: 1, to: 2);
        Transfer(hosts, from: 2, to: 1);
    }

    [Fact]
    public void A_frame_that_must_not_be_fragmented_is_answered_and_the_sender_learns_the_mtu()
    {
        using SleeveHosts hosts = new("wslb", 2, 1500, Key);
        hosts.WaitUntilEstablished();
        hosts.WaitUntilSettled(1414);
        hosts.In(1, $"ping -c 1 -W 5 -M do -s {1414 - 28} {SleeveHosts.AddressOf(2)}");
        Shell.Result refused = hosts.TryIn(1, $"ping -c 1 -W 2 -M do -s {1415 - 28} {SleeveHosts.AddressOf(2)}");
        Assert.Contains("mtu = 1414", refused.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_host_in_the_middle_relays(bool encrypted)
    {
        using SleeveHosts hosts = new("wslc", 3, 1500, encrypted ? Key : null);
        hosts.WaitUntilEstablished();
        hosts.WaitUntilSettled(encrypted ? 1414 : 1438);
        hosts.In(1, $"ping -c 3 -i 0.2 -W 5 {SleeveHosts.AddressOf(3)}");
        Transfer(hosts, from: 1, to: 3);
    }

    [Fact]
    public void Multicast_reaches_everybody_once()
    {
        using SleeveHosts hosts = new("wsld", 3, 1500, Key);
        hosts.WaitUntilEstablished();
        string receivers = string.Concat(((int[])[2, 3]).Select(i =>
            $"ip netns exec {hosts.Container(i)} socat -u UDP4-RECV:5000,ip-add-membership=239.1.2.3:{SleeveHosts.AddressOf(i)} CREATE:$d/{i} & pids=\"$pids $!\"; "));
        string counts = Shell.Bash($"""
            d=$(mktemp -d); touch $d/2 $d/3; pids=; {receivers}
            for h in {hosts.Container(2)} {hosts.Container(3)}; do for i in $(seq 100); do ip netns exec $h ss -Hlun sport 5000 | grep -q . && break; sleep 0.1; done; done
            for i in $(seq 100); do echo $i; sleep 0.01; done | ip netns exec {hosts.Container(1)} socat -u - UDP4-DATAGRAM:239.1.2.3:5000,ip-multicast-if={SleeveHosts.AddressOf(1)}
            for i in $(seq 300); do [ $(cat $d/2 $d/3 | wc -l) -ge 200 ] && break; sleep 0.1; done
            sleep 1; kill $pids; wait; wc -l < $d/2; wc -l < $d/3; rm -r $d
            """);
        Assert.Equal(["100", "100"], counts.Split('\n', StringSplitOptions.TrimEntries));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_a_key_nothing_travels_in_the_clear(bool ours)
    {
        const string Canary = "CANARY-0123456789-IN-THE-COAL-MINE";
        using SleeveHosts hosts = new("wsle", 2, 1500, Key, ours);
        string seen = Path.GetTempFileName();
        using Process capture = Process.Start(
            "ip", ["netns", "exec", hosts.Host(1), "tcpdump", "-U", "-s", "0", "-ni", "wslev1a", "-w", seen]);
        try
        {
            hosts.WaitUntilEstablished();
            Eventually.True(TimeSpan.FromSeconds(20), "the capture runs", () => new FileInfo(seen).Length > 0);
            string pattern = Convert.ToHexString(Encoding.ASCII.GetBytes(Canary[..16]));
            hosts.In(1, $"ping -c 5 -i 0.2 -W 5 -p {pattern} -s 1000 {SleeveHosts.AddressOf(2)}");
            hosts.In(1, $"ping -c 2 -i 0.2 -W 5 -M dont -p {pattern} -s 20000 {SleeveHosts.AddressOf(2)}");
            Eventually.True(TimeSpan.FromSeconds(20), "the capture has the pings", () => new FileInfo(seen).Length > 40_000);
        }
        finally
        {
            capture.Kill();
            capture.WaitForExit();
        }

        byte[] bytes = File.ReadAllBytes(seen);
        File.Delete(seen);
        Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Canary[..8])) < 0, "the canary was seen on the underlay");
    }

    [Fact]
    public void Datagrams_of_strangers_are_survived_and_answered_with_nothing()
    {
        using SleeveHosts hosts = new("wslf", 2, 1500, Key);
        hosts.WaitUntilEstablished();
        Shell.Run("ip", "netns", "exec", hosts.Host(2), "bash", "-c", $"""
            for i in $(seq 200); do head -c $((RANDOM % 1400)) /dev/urandom | socat -u - UDP4-DATAGRAM:10.91.1.1:6783
            (printf '\x02\0\0\0\0\x02'; head -c $((RANDOM % 1400)) /dev/urandom) | socat -u - UDP4-DATAGRAM:10.91.1.1:6783; done
            """);
        Assert.True(hosts[1].Counters.Single(counter => counter.Name == "forged").Value >= 100, hosts.Describe());
        Assert.Equal(0, hosts[1].Counters.Single(counter => counter.Name == "inject_failed").Value);
        hosts.In(1, $"ping -c 3 -i 0.2 -W 5 {SleeveHosts.AddressOf(2)}");
    }

    /// <summary>Ten megabytes by TCP, compared at the other end.</summary>
    private static void Transfer(SleeveHosts hosts, int from, int to)
    {
        string sums = Shell.Bash($"""
            f=$(mktemp); head -c 10000000 /dev/urandom > $f
            ip netns exec {hosts.Container(to)} timeout 20 socat -u TCP4-LISTEN:7000,reuseaddr CREATE:$f.got & l=$!
            for i in $(seq 50); do ip netns exec {hosts.Container(to)} ss -Hltn sport 7000 | grep -q . && break; sleep 0.1; done
            ip netns exec {hosts.Container(from)} timeout 20 socat -u FILE:$f TCP4:{SleeveHosts.AddressOf(to)}:7000
            wait $l; md5sum < $f; md5sum < $f.got; rm $f $f.got
            """);
        string[] lines = sums.Split('\n');
        Assert.True(lines.Length == 2 && lines[0] == lines[1], hosts.Describe());
    }
}
