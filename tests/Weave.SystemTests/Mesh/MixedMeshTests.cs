using System.Diagnostics;
using System.Text.Json;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Mesh;

/// <summary>
/// Routers of ours and original ones in one mesh. On demand: <c>ORIGINAL</c> names the original's router, built from its
/// repository (release 2.8: <c>go build ./prog/weaver</c>); docs/testing.md says how.
/// </summary>
[Trait("Run", "OnDemand")]
public sealed class MixedMeshTests : IDisposable
{
    private const string Line = "1-2 2-1 2-3 3-2";
    private const string Triangle = "1-2 1-3 2-1 2-3 3-1 3-2";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly MeshHosts _hosts = new();
    private readonly ITestOutputHelper _output;

    public MixedMeshTests(ITestOutputHelper output) => _output = output;

    public void Dispose() => _hosts.Dispose();

    /// <param name="routers">Whose router runs on hosts 1 to 3: <c>w</c> is ours, <c>o</c> the original's.</param>
    /// <param name="shape">The links between the three.</param>
    /// <param name="all">Flags of all three.</param>
    /// <param name="ours">More flags of ours.</param>
    [Theory]
    [InlineData("wow", Line, "", "")]
    [InlineData("owo", Line, "", "")]
    [InlineData("wow", Line, "--password=secret", "")]
    [InlineData("owo", Line, "--password=secret", "")]
    [InlineData("wow", Line, "", "--max-protocol-version=1")]
    [InlineData("owo", Line, "--password=secret", "--max-protocol-version=1")]
    [InlineData("oww", Triangle, "", "")]
    [InlineData("woo", Triangle, "--password=secret", "")]
    public void Topology_routes_names_and_the_ring_agree_also_after_a_kill(string routers, string shape, string all, string ours)
    {
        string flags = $"{(shape == Line ? "--no-discovery" : "")} --ipalloc-range=10.32.0.0/16 --ipalloc-init=consensus=3 --dns-listen-address=127.0.0.1:53 {all}";
        Start(1, "");
        Start(2, MeshHosts.AddressOf(1));
        Start(3, MeshHosts.AddressOf(2));
        AwaitAgreement("at first");
        string encryption = all.Length > 0 ? "encrypted" : "sleeve";
        Assert.All([1, 3], host => Assert.Contains($"established {encryption}", MeshHosts.Get(host, "/status/connections"), StringComparison.Ordinal));

        string[] addresses = [.. Enumerable.Range(1, MeshHosts.Count).Select(host => Post(host, $"/ip/{Container(host)}"))];
        Assert.Equal(MeshHosts.Count, addresses.Distinct().Count());
        Assert.All(addresses, address => Assert.StartsWith("10.32.", address, StringComparison.Ordinal));
        for (int host = 1; host <= MeshHosts.Count; host++)
        {
            Curl(host, $"-X PUT -d fqdn=name{host}.weave.local", $"/name/{Container(host)}/{addresses[host - 1].Split('/')[0]}");
        }

        AwaitAgreement("with names and addresses");
        AwaitNames(addresses);

        string before = Incarnation(1);
        _hosts.Kill(2);
        Start(2, "--resume"); // nobody tells it of router 1 this time
        Eventually.True(Soon, "both others see the new one", () => new[] { 1, 3 }.All(host => Incarnation(host).Length > 0 && Incarnation(host) != before), _hosts.Describe);
        AwaitAgreement("after the kill");
        Assert.Equal(addresses[1], Curl(2, "", $"/ip/{Container(2)}"));
        Curl(2, "-X PUT -d fqdn=name2.weave.local", $"/name/{Container(2)}/{addresses[1].Split('/')[0]}");
        AwaitNames(addresses);
        Assert.Equal(4, Enumerable.Range(4, 4).Select(i => Post(1 + (i % 3), $"/ip/{Container(i)}")).Except(addresses).Distinct().Count());

        void Start(int host, string more)
        {
            string program = routers[host - 1] == 'w' ? $"{Repository.Binary} weaver" : $"unshare --pid --fork --mount-proc --kill-child {Original()}";
            _hosts.Start(host, program, $"{flags} {(routers[host - 1] == 'w' ? ours : "")} {more}");
        }

        void AwaitAgreement(string when)
        {
            Stopwatch since = Stopwatch.StartNew();
            Eventually.True(
                Soon,
                $"all agree {when}",
                () => Enumerable.Range(1, MeshHosts.Count).All(host => MeshHosts.Topology(host) == shape
                    && MeshHosts.Elements(MeshHosts.Router(host), "UnicastRoutes").Count() == MeshHosts.Count)
                    && Enumerable.Range(1, MeshHosts.Count).Select(Ring).Distinct().Count() == 1,
                () => $"{_hosts.Describe()}\n{string.Join('\n', Enumerable.Range(1, MeshHosts.Count).Select(host => $"{MeshHosts.Topology(host)} | {Ring(host)}"))}");
            _output.WriteLine($"{routers} {when}: agreed after {since.Elapsed.TotalSeconds:0.0} s; ring {Ring(1)}");
        }
    }

    private void AwaitNames(string[] addresses)
    {
        for (int host = 1; host <= MeshHosts.Count; host++)
        {
            int asked = host;
            for (int named = 1; named <= MeshHosts.Count; named++)
            {
                string question = $"name{named}.weave.local";
                string address = addresses[named - 1].Split('/')[0];
                Eventually.True(
                    Soon,
                    $"host {asked} knows {question}",
                    () => Shell.Try(Shell.DefaultTimeout, "ip", "netns", "exec", $"wmesh{asked}", "dig", "+short", "+time=2", "@127.0.0.1", question).Output.Trim() == address,
                    () => MeshHosts.Get(asked, "/status/dns"));
            }
        }
    }

    /// <summary>Of router 2, as another knows it; nothing while it knows none.</summary>
    private static string Incarnation(int host) => MeshHosts.Elements(MeshHosts.Router(host), "Peers")
        .Where(peer => Text(peer, "Name").EndsWith('2')).Select(peer => Text(peer, "UID")).FirstOrDefault("");

    /// <summary>Who owns what: the token and the owner of each entry, and nothing before there is a ring.</summary>
    private static string Ring(int host) => string.Join(
        ' ', MeshHosts.Elements(MeshHosts.Report(host).GetProperty("IPAM"), "Entries").Select(entry => $"{Text(entry, "Token")}:{Text(entry, "Peer")[^2..]}"));

    private static string Text(JsonElement of, string property) => of.GetProperty(property).ToString();

    private static string Container(int number) => new((char)('a' + number), 64);

    private static string Post(int host, string path) => Curl(host, "-X POST", path);

    private static string Curl(int host, string arguments, string path) =>
        Shell.Run("ip", "netns", "exec", $"wmesh{host}", "bash", "-c", $"curl -sf -m 30 {arguments} 127.0.0.1:6784{path}").Trim();

    private static string Original()
    {
        string? file = Environment.GetEnvironmentVariable("ORIGINAL");
        Assert.True(File.Exists(file), $"ORIGINAL must name the original's router (release 2.8: go build ./prog/weaver), not '{file}'");
        return file;
    }
}
