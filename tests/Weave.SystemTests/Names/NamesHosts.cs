using System.Diagnostics;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Names;

/// <summary>
/// Three routers in namespaces <c>wnames1</c> to <c>wnames3</c>, joined by a bridge in a fourth; no Docker. DNS and the
/// HTTP API listen on the loopback interface of each.
/// </summary>
internal sealed class NamesHosts : IDisposable
{
    internal const int Count = 3;

    private const string Switch = "wnamessw";

    private readonly string _folder = Directory.CreateTempSubdirectory("weave-names").FullName;
    private readonly Process?[] _routers = new Process?[Count + 1];

    internal NamesHosts()
    {
        RemoveNamespaces();
        Shell.Bash($"ip netns add {Switch} && ip -n {Switch} link add br0 type bridge && ip -n {Switch} link set br0 up");
        for (int host = 1; host <= Count; host++)
        {
            Shell.Bash($"""
                set -e
                ip netns add wnames{host}
                ip -n {Switch} link add p{host} type veth peer name eth0 netns wnames{host}
                ip -n {Switch} link set p{host} master br0 up
                ip -n wnames{host} link set lo up
                ip -n wnames{host} link set eth0 up
                ip -n wnames{host} addr add 10.93.0.{host}/24 dev eth0
                """);
            File.WriteAllText(ResolvConf(host), "");
        }
    }

    internal string Folder => _folder;

    internal string ResolvConf(int host) => Path.Combine(_folder, $"resolv{host}.conf");

    internal void StartAll()
    {
        for (int host = 1; host <= Count; host++)
        {
            Start(host);
        }

        Eventually.True(
            TimeSpan.FromSeconds(60),
            "every router knows every other",
            () => Enumerable.Range(1, Count).All(host => Get(host, "/status").Contains($"Peers: {Count}", StringComparison.Ordinal)),
            () => string.Join('\n', Enumerable.Range(1, Count).Select(host => Get(host, "/status") + Log(host))));
    }

    internal void Start(int host)
    {
        string others = string.Join(' ', Enumerable.Range(1, Count).Where(other => other != host).Select(other => $"10.93.0.{other}"));
        string command = $"""
            exec ip netns exec wnames{host} {Repository.Binary} weaver --name=00:00:00:00:00:0{host} --nickname=host{host} --docker-api= \
              --http-addr=127.0.0.1:6784 --status-addr= --dns-listen-address=127.0.0.1:53 --resolv-conf={ResolvConf(host)} \
              --ipalloc-range= --no-fastdp --db-prefix={_folder}/{host}- {others} >>{_folder}/log{host} 2>&1
            """;
        _routers[host] = Process.Start(new ProcessStartInfo("bash", ["-c", command]))!;
    }

    internal void Kill(int host)
    {
        _routers[host]!.Kill();
        _routers[host]!.WaitForExit();
        _routers[host]!.Dispose();
        _routers[host] = null;
    }

    internal string Log(int host) => Shell.Bash($"tail -n 30 {_folder}/log{host}");

    internal static void Cut(int host) => Shell.Bash($"ip -n {Switch} link set p{host} down");

    internal static void Join(int host) => Shell.Bash($"ip -n {Switch} link set p{host} up");

    /// <summary>A line of bash in the namespace of a host.</summary>
    internal static string On(int host, string line) => Shell.Run("ip", "netns", "exec", $"wnames{host}", "bash", "-c", line);

    internal static Shell.Result TryOn(int host, string line) =>
        Shell.Try(Shell.DefaultTimeout, "ip", "netns", "exec", $"wnames{host}", "bash", "-c", line);

    internal static string Get(int host, string path) => TryOn(host, $"curl -s -m 5 127.0.0.1:6784{path}").Output;

    internal static void Add(int host, string container, string name, string address) =>
        On(host, $"curl -sf -m 5 -X PUT --data-urlencode fqdn={name} 127.0.0.1:6784/name/{container}/{address}");

    internal static void Remove(int host, string container) => On(host, $"curl -sf -m 5 -X DELETE 127.0.0.1:6784/name/{container}");

    /// <summary>The second witness: what dig says.</summary>
    internal static string Dig(int host, string question) => TryOn(host, $"dig @127.0.0.1 +time=3 +tries=1 {question}").Output;

    internal static string[] Addresses(int host, string name) =>
        [.. TryOn(host, $"dig @127.0.0.1 +time=3 +tries=1 +short {name}").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    /// <summary>Live names as a host knows them, sorted, as <c>name address</c>.</summary>
    internal static string Names(int host) => On(
        host,
        "curl -s -m 5 -H 'Accept: application/json' 127.0.0.1:6784/name | jq -r '.[]? | select(.Tombstone == 0) | .Hostname + \" \" + .Addr' | sort");

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
        Shell.Bash($"for ns in {Switch} wnames1 wnames2 wnames3; do ip netns del $ns 2>/dev/null; done; true");
}
