using System.Diagnostics;

namespace Weave.SystemTests.Support;

/// <summary>Routers in bare network namespaces <c>wbare1</c>, <c>wbare2</c>... that hang on one switch: no Docker, no image, nothing but the binary.</summary>
internal sealed class BareRouters : IDisposable
{
    private const string Switch = "wbaresw";
    private static readonly TimeSpan Readiness = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("weave-bare").FullName;
    private readonly Dictionary<int, Process> _routers = [];
    private readonly int _count;

    internal BareRouters(int count)
    {
        _count = count;
        RemoveNamespaces();
        Shell.Bash($"ip netns add {Switch} && ip -n {Switch} link add br0 type bridge && ip -n {Switch} link set br0 up");
        for (int host = 1; host <= count; host++)
        {
            Shell.Bash($"""
                set -e
                ip netns add wbare{host}
                ip -n {Switch} link add p{host} type veth peer name eth0 netns wbare{host}
                ip -n {Switch} link set p{host} master br0 up
                ip -n wbare{host} link set lo up
                ip -n wbare{host} link set eth0 up
                ip -n wbare{host} addr add {AddressOf(host)}/24 dev eth0
                """);
        }
    }

    /// <summary>The lock of iptables-legacy that these routers use.</summary>
    internal string Lock => $"{_folder}/xtables.lock";

    internal static string AddressOf(int host) => $"10.77.0.{host}";

    internal void Start(int host, string arguments)
    {
        string command = $"""
            exec ip netns exec wbare{host} env XTABLES_LOCKFILE={Lock} {Repository.Binary} weaver --name=00:00:00:00:00:0{host} --nickname=bare{host} --docker-api= \
              --http-addr=127.0.0.1:6784 --status-addr=127.0.0.1:6782 --db-prefix={_folder}/{host}- {arguments} >>{_folder}/log{host} 2>&1
            """;
        _routers[host] = Process.Start(new ProcessStartInfo("bash", ["-c", command]))!;
        Eventually.True(Readiness, $"router {host} answers", () => TryIn(host, "curl -sf -m 5 127.0.0.1:6782/status").ExitCode == 0, () => Log(host));
    }

    /// <summary>SIGTERM; its exit status.</summary>
    internal int Stop(int host)
    {
        _routers.Remove(host, out Process? router);
        Shell.Run("kill", $"{router!.Id}");
        Assert.True(router.WaitForExit(Readiness), $"router {host} has not stopped:\n{Log(host)}");
        int status = router.ExitCode;
        router.Dispose();
        return status;
    }

    internal static string In(int host, string line) => Shell.Run("ip", "netns", "exec", $"wbare{host}", "bash", "-c", line);

    internal static Shell.Result TryIn(int host, string line) => Shell.Try(Shell.DefaultTimeout, "ip", "netns", "exec", $"wbare{host}", "bash", "-c", line);

    /// <summary>A namespace that stands for a container, on the bridge of a router.</summary>
    internal static void Container(int host, string cidr) => Shell.Bash($"""
        set -e
        ip netns add wbarec{host}
        ip -n wbare{host} link add vethwepl{host} type veth peer name ethwe netns wbarec{host}
        mtu=$(ip netns exec wbare{host} cat /sys/class/net/weave/mtu)
        ip -n wbare{host} link set vethwepl{host} mtu $mtu master weave up
        ip -n wbarec{host} link set lo up
        ip -n wbarec{host} link set ethwe mtu $mtu up
        ip -n wbarec{host} addr add {cidr} dev ethwe
        """);

    internal string Log(int host) => File.Exists($"{_folder}/log{host}") ? Shell.Bash($"tail -n 30 {_folder}/log{host}") : "";

    public void Dispose()
    {
        foreach (Process router in _routers.Values)
        {
            router.Kill();
            router.WaitForExit();
            router.Dispose();
        }

        RemoveNamespaces();
        Directory.Delete(_folder, recursive: true);
    }

    private void RemoveNamespaces() => Shell.Bash(
        $"for ns in {Switch} {string.Join(' ', Enumerable.Range(1, _count).Select(host => $"wbarec{host} wbare{host}"))}; do ip netns del $ns 2>/dev/null; done; true");
}
