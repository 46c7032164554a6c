using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weave.SystemTests.Support;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.Ipam;

/// <summary>Addresses of real containers on three Docker hosts: partitions, dead hosts, a fresh mesh.</summary>
[Collection(DockerHosts.Name)]
public sealed partial class DockerAddressesTests : IDisposable
{
    private const int ContainersEach = 6;

    private static readonly Ipv4Cidr Range = Ipv4Cidr.Parse("10.32.0.0/12");

    // How long a slow machine may take. What is waited for comes much sooner on any other.
    private static readonly TimeSpan Reconnection = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly ITestOutputHelper _output;

    public DockerAddressesTests(DockerHosts hosts, ITestOutputHelper output)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        _output = output;
    }

    public void Dispose()
    {
        DockerHosts.Do("link", "3", "up");
        DockerHosts.Clean();
    }

    [Fact]
    public void Both_sides_of_a_partition_give_out_addresses_and_none_is_given_twice()
    {
        Launch(DockerHosts.Count);
        List<string> before = RunOnAll("before");
        DockerHosts.Do("link", "3", "down");
        List<string> apart = RunOnAll("apart"); // at once: nobody has noticed yet
        Eventually.True(Reconnection, "host 1 has noticed", () => Connections(1) == 1, () => DockerHosts.On(1, "weave status connections"));
        Eventually.True(Reconnection, "host 3 has noticed", () => Connections(3) == 0, () => DockerHosts.On(3, "weave status connections"));
        apart.AddRange(RunOnAll("noticed"));
        DockerHosts.Do("link", "3", "up");
        AwaitMesh(DockerHosts.Count);
        List<string> healed = RunOnAll("healed");

        List<string> all = [.. before, .. apart, .. healed];
        Assert.Equal(4 * ContainersEach * DockerHosts.Count, all.Count);
        Assert.Equal(all.Count, all.Distinct().Count());
        Eventually.True(Soon, "all see the same owners", () => Enumerable.Range(1, DockerHosts.Count).Select(Shares).Distinct().Count() == 1, () => Shares(1) + "\n" + Shares(3));
        foreach (int host in Enumerable.Range(1, DockerHosts.Count))
        {
            string ipam = DockerHosts.On(host, "weave status ipam");
            Assert.DoesNotContain("onflict", ipam, StringComparison.Ordinal);
        }

        Eventually.True(Soon, "data flows", () => DockerHosts.TryOn(1, $"docker exec before-1-1 ping -c 1 -W 2 {apart[^1]}").ExitCode == 0);
    }

    [Fact]
    public void The_share_of_a_dead_host_returns_and_its_addresses_are_given_out_again()
    {
        Launch(DockerHosts.Count);
        RunOnAll("first");
        string was = Address(3, "first-3-1");
        uint before = ShareOf(1, "host1");
        uint dead = ShareOf(1, "host3");
        DockerHosts.Do("link", "3", "down");
        DockerHosts.On(3, "docker kill weave first-3-1");
        Eventually.True(Reconnection, "host 1 has noticed", () => Connections(1) == 1, () => DockerHosts.On(1, "weave status connections"));

        // Host 2 may still hear of it: what lives in anybody's eyes is not taken over.
        Eventually.True(Reconnection, "host 3 is taken over", () => DockerHosts.TryOn(1, "weave rmpeer host3").Output.Trim() == $"{dead} IPs taken over from host3", () => DockerHosts.TryOn(1, "weave rmpeer host3").All);
        Eventually.True(Soon, "host 1 has it, and host 2 knows", () => ShareOf(1, "host1") == before + dead && ShareOf(2, "host1") == before + dead, () => DockerHosts.On(1, "weave status ipam"));
        Eventually.True(Soon, "nothing is held back", () => DockerHosts.On(1, "weave status ipam --json | jq .Held") == "null", () => DockerHosts.On(1, "weave status ipam --json"));
        DockerHosts.On(1, $"docker run -d --name heir --net=weave --ip={was} test sleep 600");
        Assert.Equal(was, Address(1, "heir"));

        Shell.Result unknown = DockerHosts.TryOn(1, "weave rmpeer nosuch");
        Assert.Equal((0, "0 IPs taken over from nosuch\n"), (unknown.ExitCode, unknown.Output));
        Assert.Contains("nosuch: unknown peer", unknown.Error, StringComparison.Ordinal);
        Assert.Equal("0 IPs taken over from host1", DockerHosts.On(1, "weave rmpeer host1"));
    }

    [Fact]
    public void An_address_outside_the_range_is_given_to_one_container_of_all_hosts()
    {
        const string Run = "docker run --rm --net=outside --ip=192.168.177.5 test true";
        Launch(2);
        foreach (int host in new[] { 1, 2 })
        {
            DockerHosts.On(host, "docker network create --driver=weavemesh --ipam-driver=weavemesh --subnet=192.168.177.0/24 outside");
        }

        DockerHosts.On(1, "docker run -d --name first --net=outside --ip=192.168.177.5 test sleep 600");
        Shell.Result same = DockerHosts.TryOn(1, Run);
        Assert.NotEqual(0, same.ExitCode);
        Assert.Contains("192.168.177.5", same.Error, StringComparison.Ordinal);
        Shell.Result? other = null;
        Eventually.True(Soon, "host 2 has heard of it", () => (other = DockerHosts.TryOn(2, Run)).ExitCode != 0);
        Assert.Contains("already in use on", other!.Error, StringComparison.Ordinal);
        Assert.Contains("(host1)", other.Error, StringComparison.Ordinal);
        DockerHosts.On(1, "docker rm -f first");
        Eventually.True(Soon, "it is free", () => DockerHosts.TryOn(2, Run).ExitCode == 0, () => DockerHosts.TryOn(2, Run).All);
    }

    /// <summary>The file of a router of the original release, which had given out 10.32.0.1, .2 and .99.</summary>
    [Fact]
    public void A_host_that_changes_from_the_original_router_knows_its_addresses()
    {
        DockerHosts.On(1, "docker create --name weavedb -v /weavedb test true");
        DockerHosts.On(1, $"echo {OriginalFile()} | base64 -d | gunzip > $(docker inspect -f '{{{{range .Mounts}}}}{{{{.Source}}}}{{{{end}}}}' weavedb)/weavedata.db");
        DockerHosts.On(1, "weave launch --name 00:00:00:00:00:01");
        string owned = DockerHosts.On(1, "curl -s http://127.0.0.1:6784/ip");
        Assert.All(new[] { "\"c1\"", "\"c2\"", "\"10.32.0.99/12\"" }, known => Assert.Contains(known, owned, StringComparison.Ordinal));
        Assert.Equal("10.32.0.3/12", FirstAddress(1, "new").Address);
        DockerHosts.On(1, "weave reset --force");
        Assert.Equal("", DockerHosts.On(1, "docker ps -aq --filter name=weavedb"));
    }

    [Fact]
    public void The_first_addresses_of_a_fresh_mesh_of_two_are_of_the_range_and_differ()
    {
        Launch(2);
        AssertTwoAddresses(FirstAddress(1, "first").Address, FirstAddress(2, "second").Address);
    }

    /// <summary>A measurement: no timer has to pass (FreshMeshTests), but a busy machine may need longer than a second.</summary>
    [Fact]
    [Trait("Run", "OnDemand")]
    public void The_first_addresses_of_a_fresh_mesh_of_two_come_within_a_second()
    {
        Launch(2);
        (string Address, double Seconds) first = FirstAddress(1, "first");
        (string Address, double Seconds) second = FirstAddress(2, "second");
        _output.WriteLine($"{first.Address} after {first.Seconds} s, {second.Address} after {second.Seconds} s");
        AssertTwoAddresses(first.Address, second.Address);
        Assert.InRange(first.Seconds, 0, 1);
        Assert.InRange(second.Seconds, 0, 1);
    }

    private static string OriginalFile()
    {
        using FileStream vectors = File.OpenRead(Path.Combine(Repository.Root, "tests", "vectors", "store", "data_db.json"));
        using JsonDocument recorded = JsonDocument.Parse(vectors);
        using MemoryStream packed = new();
        using (GZipStream pack = new(packed, CompressionLevel.Optimal))
        {
            pack.Write(Convert.FromHexString(recorded.RootElement.GetProperty("small").GetProperty("hex").GetString()!));
        }

        return Convert.ToBase64String(packed.ToArray());
    }

    private static (string Address, double Seconds) FirstAddress(int host, string ident)
    {
        string[] answer = DockerHosts.On(host, $"curl -s -X POST -w ' %{{time_total}}' http://127.0.0.1:6784/ip/{ident}").Split(' ');
        return (answer[0], double.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    // Which half of the range is whose depends on the names of the hosts.
    private static void AssertTwoAddresses(string first, string second)
    {
        Assert.NotEqual(first, second);
        foreach (string address in new[] { first, second })
        {
            Ipv4Cidr given = Ipv4Cidr.Parse(address);
            Assert.True(Range.Contains(given.Address) && given.PrefixLength == Range.PrefixLength, address);
            Assert.NotEqual(Range.Network, given.Address);
        }
    }

    private static void Launch(int hosts)
    {
        DockerHosts.On(1, $"weave launch --ipalloc-init consensus={hosts}");
        Parallel.For(2, hosts + 1, host => DockerHosts.On(host, $"weave launch --ipalloc-init consensus={hosts} {DockerHosts.AddressOf(1)}"));
        AwaitMesh(hosts);
    }

    private static void AwaitMesh(int hosts)
    {
        for (int host = 1; host <= hosts; host++)
        {
            int here = host;
            Eventually.True(Reconnection, $"host {here} is connected", () => Connections(here) == hosts - 1, () => DockerHosts.On(here, "weave status connections"));
        }
    }

    private static int Connections(int host) =>
        int.Parse(DockerHosts.On(host, "weave status connections | grep -c established || true"), CultureInfo.InvariantCulture);

    private static List<string> RunOnAll(string name)
    {
        List<string>[] given = new List<string>[DockerHosts.Count];
        Parallel.For(1, DockerHosts.Count + 1, host => given[host - 1] = [.. DockerHosts.On(
            host,
            $"for i in $(seq {ContainersEach}); do docker run -d --name {name}-{host}-$i --net=weave test sleep 600 >/dev/null; done; docker inspect -f '{{{{.NetworkSettings.Networks.weave.IPAddress}}}}' $(seq -f '{name}-{host}-%g' {ContainersEach})").Split('\n')]);
        return [.. given.SelectMany(addresses => addresses)];
    }

    private static string Address(int host, string container) =>
        DockerHosts.On(host, $"docker inspect -f '{{{{.NetworkSettings.Networks.weave.IPAddress}}}}' {container}");

    private static uint ShareOf(int view, string nickname) =>
        ShareLine().Matches(DockerHosts.On(view, "weave status ipam")) is var lines && lines.SingleOrDefault(line => line.Groups[1].Value == nickname) is { } found
            ? uint.Parse(found.Groups[2].Value, CultureInfo.InvariantCulture)
            : 0;

    // Without the remarks, which differ from host to host.
    private static string Shares(int view) => string.Join('\n', ShareLine().Matches(DockerHosts.On(view, "weave status ipam"))
        .Select(line => $"{line.Groups[1]} {line.Groups[2]}").Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^\S+\((\S+)\)\s+(\d+) IPs", RegexOptions.Multiline)]
    private static partial Regex ShareLine();
}
