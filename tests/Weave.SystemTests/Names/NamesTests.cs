using System.Diagnostics;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Names;

/// <summary>Names across three routers, with dig as the second witness.</summary>
public sealed class NamesTests : IDisposable
{
    private readonly NamesHosts _hosts = new();

    public void Dispose() => _hosts.Dispose();

    [Fact]
    public void A_name_is_found_everywhere_within_a_second_and_gone_within_a_second()
    {
        _hosts.StartAll();
        NamesHosts.Add(1, "c1", "foo.weave.local", "10.32.0.1");
        foreach (int host in (int[])[1, 2, 3])
        {
            Eventually.True(TimeSpan.FromSeconds(1), $"host {host} finds foo", () => NamesHosts.Addresses(host, "foo.weave.local") is ["10.32.0.1"]);
        }

        Assert.Equal(["10.32.0.1"], NamesHosts.Addresses(2, "FOO"));
        Assert.Equal(["foo.weave.local."], NamesHosts.Addresses(3, "-x 10.32.0.1"));
        Assert.Equal(["10.32.0.1"], NamesHosts.Addresses(3, "+tcp foo.weave.local"));
        string nothing = NamesHosts.Dig(2, "foo.weave.local AAAA");
        Assert.Contains("status: NOERROR", nothing, StringComparison.Ordinal);
        Assert.Contains("ANSWER: 0, AUTHORITY: 1", nothing, StringComparison.Ordinal);
        Assert.Contains("SOA", nothing, StringComparison.Ordinal);
        Assert.Contains("status: NOERROR", NamesHosts.Dig(2, "foo.weave.local SRV"), StringComparison.Ordinal);
        Assert.Contains("status: NXDOMAIN", NamesHosts.Dig(2, "bar.weave.local"), StringComparison.Ordinal);

        NamesHosts.Remove(1, "c1");
        foreach (int host in (int[])[1, 2, 3])
        {
            Eventually.True(TimeSpan.FromSeconds(1), $"host {host} has forgotten foo", () => NamesHosts.Addresses(host, "foo.weave.local") is []);
        }
    }

    /// <summary>Must never happen 12.</summary>
    [Fact]
    public void After_500_short_lives_beside_a_partition_the_records_are_exactly_the_living()
    {
        _hosts.StartAll();
        NamesHosts.Add(3, "before", "before.weave.local", "10.32.9.9");
        NamesHosts.Cut(3);
        Parallel.For(1, NamesHosts.Count + 1, host => NamesHosts.On(host, $"""
            for i in $(seq 167); do
                curl -sf -X PUT --data-urlencode fqdn=n$i-{host}.weave.local 127.0.0.1:6784/name/c$i/10.32.{host}.$i
                [ $((i % 10)) = 0 ] || curl -sf -X DELETE 127.0.0.1:6784/name/c$i
            done
            """));
        string[] living =
        [
            .. Enumerable.Range(1, 3).SelectMany(host => Enumerable.Range(1, 16).Select(i => $"n{i * 10}-{host}.weave.local. 10.32.{host}.{i * 10}")),
            "before.weave.local. 10.32.9.9",
        ];
        string expected = string.Join('\n', living.Order(StringComparer.Ordinal));
        NamesHosts.Join(3);
        Eventually.True(
            TimeSpan.FromSeconds(60),
            "host 3 is connected again",
            () => NamesHosts.Get(3, "/status/connections").Split('\n').Count(line => line.Contains("established", StringComparison.Ordinal)) == 2,
            () => NamesHosts.Get(3, "/status/connections") + _hosts.Log(3));
        for (int host = 1; host <= NamesHosts.Count; host++)
        {
            int here = host;
            Eventually.True(
                TimeSpan.FromSeconds(5), $"host {here} knows exactly the living", () => Sorted(NamesHosts.Names(here)) == expected, () => NamesHosts.Names(here));
            Assert.Equal(["10.32.3.10"], NamesHosts.Addresses(here, "n10-3"));
            Assert.Empty(NamesHosts.Addresses(here, "n11-3"));
        }
    }

    [Fact]
    public void Names_vanish_with_their_host_and_those_added_by_hand_return_with_it()
    {
        _hosts.StartAll();
        NamesHosts.Add(1, "weave:extern", "printer.weave.local", "192.0.2.9");
        Eventually.True(TimeSpan.FromSeconds(1), "host 2 finds the printer", () => NamesHosts.Addresses(2, "printer") is ["192.0.2.9"]);
        _hosts.Kill(1);
        // The containers of a host outlive its router, so its names stay until the overlay, too, is silent: a minute.
        Eventually.True(TimeSpan.FromSeconds(100), "host 2 has forgotten host 1", () => NamesHosts.Addresses(2, "printer") is []);
        _hosts.Start(1);
        Eventually.True(
            TimeSpan.FromSeconds(60), "host 2 finds the printer again", () => NamesHosts.Addresses(2, "printer") is ["192.0.2.9"], () => _hosts.Log(1));
    }

    [Fact]
    public void Other_names_are_asked_upstream_past_a_dead_server_in_less_than_two_seconds()
    {
        string many = Path.Combine(_hosts.Folder, "many");
        File.WriteAllLines(many, Enumerable.Range(1, 200).Select(i => $"198.51.100.{i} many.example.org"));
        File.WriteAllText(_hosts.ResolvConf(1), "nameserver 127.0.0.1\nnameserver 10.93.0.77\nnameserver 127.0.0.2\n");
        using Process upstream = Process.Start(
            "ip",
            $"netns exec wnames1 dnsmasq -k -C /dev/null -R -h -H {many} -a 127.0.0.2 -z -u root --pid-file= --address=/outside.example.org/203.0.113.5");
        try
        {
            _hosts.Start(1);
            Eventually.True(TimeSpan.FromSeconds(30), "the router answers", () => NamesHosts.Get(1, "/domain") == "weave.local.", () => _hosts.Log(1));
            Stopwatch watch = Stopwatch.StartNew();
            Assert.Equal(["203.0.113.5"], NamesHosts.Addresses(1, "outside.example.org"));
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
            Assert.Equal(200, NamesHosts.Addresses(1, "+tcp many.example.org").Length);
            Assert.Equal(200, NamesHosts.Addresses(1, "many.example.org").Length); // dig sees TC and asks again by TCP
            Assert.Equal(["203.0.113.5"], NamesHosts.Addresses(1, "+dnssec outside.example.org"));
        }
        finally
        {
            upstream.Kill(entireProcessTree: true);
            upstream.WaitForExit();
        }
    }

    private static string Sorted(string lines) => string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal));
}
