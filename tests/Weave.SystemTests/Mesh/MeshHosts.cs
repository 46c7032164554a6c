using System.Diagnostics;
using System.Text.Json;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Mesh;

/// <summary>
/// Three routers in namespaces <c>wmesh1</c> to <c>wmesh3</c>, joined by a bridge in a fourth; no Docker. Each is told of
/// the one before it and discovers nobody, so that they stand in a line.
/// </summary>
internal sealed class MeshHosts : IDisposable
{
    internal const int Count = 3;

    private const string Switch = "wmeshsw";
    private static readonly TimeSpan Readiness = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weave-mesh").FullName;
    private readonly Process?[] _routers = new Process?[Count + 1];

    internal MeshHosts()
    {
        RemoveNamespaces();
        Shell.Bash($"ip netns add {Switch} && ip -n {Switch} link add br0 type bridge && ip -n {Switch} link set br0 up");
        for (int host = 1; host <= Count; host++)
        {
            Shell.Bash($"""
                set -e
                ip netns add wmesh{host}
                ip -n {Switch} link add p{host} type veth peer name eth0 netns wmesh{host}
                ip -n {Switch} link set p{host} master br0 up
                ip -n wmesh{host} link set lo up
                ip -n wmesh{host} link set eth0 up
                ip -n wmesh{host} addr add {AddressOf(host)}/24 dev eth0
                """);
        }
    }

    internal static string AddressOf(int host) => $"10.94.0.{host}";

    /// <summary>Starts a router and waits until it answers on its API.</summary>
    internal void Start(int host, string arguments) => Start(host, $"{Repository.Binary} weaver", $"--no-dns --no-discovery {arguments}");

    /// <param name="host">Where.</param>
    /// <param name="program">Ours, or the original's, which takes the same flags and keeps a file in the folder where it runs.</param>
    /// <param name="arguments">Besides those that make it the router of this host.</param>
    internal void Start(int host, string program, string arguments)
    {
        string command = $"""
            mkdir -p {_folder}/{host} && cd {_folder}/{host} && CHECKPOINT_DISABLE=1 \
            exec ip netns exec wmesh{host} {program} --name=00:00:00:00:00:0{host} --nickname=host{host} --docker-api= \
              --http-addr=127.0.0.1:6784 --status-addr= --no-fastdp --db-prefix={_folder}/{host}- {arguments} >>{_folder}/log{host} 2>&1
            """;
        _routers[host] = Process.Start(new ProcessStartInfo("bash", ["-c", command]))!;
        Eventually.True(Readiness, $"router {host} answers", () => Get(host, "/status").Contains("Name: ", StringComparison.Ordinal), Describe);
    }

    /// <summary>SIGKILL.</summary>
    internal void Kill(int host)
    {
        _routers[host]!.Kill();
        _routers[host]!.WaitForExit();
        _routers[host]!.Dispose();
        _routers[host] = null;
    }

    internal static string Get(int host, string path) =>
        Shell.Try(Shell.DefaultTimeout, "ip", "netns", "exec", $"wmesh{host}", "curl", "-s", "-m", "5", $"127.0.0.1:6784{path}").Output;

    internal static JsonElement Router(int host) => Report(host).GetProperty("Router");

    internal static JsonElement Report(int host)
    {
        string report = Shell.Run("ip", "netns", "exec", $"wmesh{host}", "curl", "-sf", "-m", "5", "-H", "Accept: application/json", "127.0.0.1:6784/report");
        return JsonDocument.Parse(report).RootElement;
    }

    /// <summary>What a router knows of who is linked to whom: <c>1-2 2-1 2-3 3-2</c> for the whole line; <c>2~3</c> where a link is not established.</summary>
    internal static string Topology(int host)
    {
        List<string> links = [];
        foreach (JsonElement peer in Elements(Router(host), "Peers"))
        {
            links.AddRange(Elements(peer, "Connections").Select(link =>
                $"{Number(peer)}{(link.GetProperty("Established").GetBoolean() ? '-' : '~')}{Number(link)}"));
        }

        return string.Join(' ', links.Order(StringComparer.Ordinal));
    }

    internal string Describe() => string.Join(
        '\n',
        Enumerable.Range(1, Count).Select(host =>
            $"{host}: {Get(host, "/status/connections")}{Get(host, "/status/peers")}{(File.Exists($"{_folder}/log{host}") ? Shell.Bash($"tail -n 20 {_folder}/log{host}") : "")}"));

    internal static IEnumerable<JsonElement> Elements(JsonElement of, string property) =>
        of.GetProperty(property) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    private static char Number(JsonElement named) => named.GetProperty("Name").GetString()![^1];

    public void Dispose()
    {
        for (int host = 1; host <= Count; host++)
        {
            if (_routers[host] is not null)
            {
                Kill(host);
            }
        }

        RemoveNamespaces();
        Directory.Delete(_folder, recursive: true);
    }

    private static void RemoveNamespaces() =>
        Shell.Bash($"for ns in {Switch} wmesh1 wmesh2 wmesh3; do ip netns del $ns 2>/dev/null; done; true");
}
