using System.Diagnostics;
using System.Globalization;

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

    /// <summary>SIGKILL.</summary>
    internal void Kill(int host)
    {
        _routers.Remove(host, out Process? router);
        router!.Kill();
        router.WaitForExit();
        router.Dispose();
    }

    /// <summary>The process of the router itself.</summary>
    internal int Pid(int host) => _routers[host].Id;

    /// <summary>Resident memory of a router in KB.</summary>
    internal int MemoryKilobytes(int host) => int.Parse(
        File.ReadLines($"/proc/{Pid(host)}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>A figure of user space's overlay.</summary>
    internal static long SleeveEvents(int host, string name) => long.Parse(
        In(host, $"curl -sf -m 5 127.0.0.1:6782/metrics | sed -n 's/^weave_sleeve_events_total{{event=\"{name}\"}} //p'"), CultureInfo.InvariantCulture);

    /// <summary>What a router says of its connections, blanks made one.</summary>
    internal static string Connections(int host) =>
        string.Join(' ', TryIn(host, "curl -s -m 5 127.0.0.1:6784/status/connections").Output.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Connections and the end of the log of every host.</summary>
    internal string Describe() => string.Join('\n', Enumerable.Range(1, _count).Select(host => $"{host}: {Connections(host)}{Log(host)}"));

    /// <summary>A line of bash in the namespace that stands for a container.</summary>
    internal static Shell.Result TryInContainer(int host, string line) =>
        Shell.Try(Shell.DefaultTimeout, "ip", "netns", "exec", $"wbarec{host}", "bash", "-c", line);

    /// <summary>One ping from a container to an address.</summary>
    internal static bool Reaches(int host, string address) => TryInContainer(host, $"ping -c 1 -W 1 {address}").ExitCode == 0;

    internal static string In(int host, string line) => Shell.Run("ip", "netns", "exec", $"wbare{host}", "bash", "-c", line);

    internal static Shell.Result TryIn(int host, string line) => Shell.Try(Shell.DefaultTimeout, "ip", "netns", "exec", $"wbare{host}", "bash", "-c", line);

    /// <summary>Puts hosts 1 and 2 on a wire of their own that treats what it carries badly.</summary>
    internal static BadWire JoinBadly(BadWire.Habits habits)
    {
        foreach (int host in (int[])[1, 2])
        {
            Shell.Run("ip", "-n", $"wbare{host}", "link", "del", "eth0");
        }

        BadWire wire = new("wbare1", "wbare2", "eth0", habits);
        foreach (int host in (int[])[1, 2])
        {
            Shell.Run("ip", "-n", $"wbare{host}", "addr", "add", $"{AddressOf(host)}/24", "dev", "eth0");
        }

        return wire;
    }

    /// <summary>A namespace that stands for a container, on the bridge of a router; another than its first has a name.</summary>
    internal static void Container(int host, string cidr, string? name = null) => Shell.Bash($"""
        set -e
        ip netns del wbarec{name ?? $"{host}"} 2>/dev/null || true
        ip netns add wbarec{name ?? $"{host}"}
        ip -n wbare{host} link add vethwepl{name ?? $"{host}"} type veth peer name ethwe netns wbarec{name ?? $"{host}"}
        mtu=$(ip netns exec wbare{host} cat /sys/class/net/weave/mtu)
        ip -n wbare{host} link set vethwepl{name ?? $"{host}"} mtu $mtu master weave up
        ip -n wbarec{name ?? $"{host}"} link set lo up
        ip -n wbarec{name ?? $"{host}"} link set ethwe mtu $mtu up
        ip -n wbarec{name ?? $"{host}"} addr add {cidr} dev ethwe
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
