using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Weave.Linux.Bpf;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.SystemTests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>
/// A host of the testbed: a namespace with an underlay address, the bridge and the datapath, and one container. No
/// daemon: the test writes the tables.
/// </summary>
internal sealed class OverlayHost : IDisposable
{
    internal const int MtuBytes = 1450;

    private readonly NetworkNamespaces _namespaces = new();

    internal OverlayHost(string prefix, int number, string switchNamespace)
    {
        Number = number;
        Name = $"{prefix}-h{number}";
        Container = $"{prefix}-c{number}";
        Spec = new FastDatapathSpec("weave", 6784, MtuBytes);
        Shell.Bash(string.Join('\n',
            "set -e",
            $"ip netns add {Name}; ip netns add {Container}",
            $"ip -n {switchNamespace} link add u{number} type veth peer name eth0 netns {Name}",
            $"ip -n {switchNamespace} link set u{number} master br0 up",
            $"ip -n {Name} link set lo up; ip -n {Name} link set eth0 up; ip -n {Name} addr add {Address}/16 dev eth0",
            $"ip -n {Name} link add weave type bridge; ip -n {Name} link set weave address 02:00:00:00:ff:{number:x2} up",
            $"ip -n {Name} addr add {HostAddress}/12 dev weave",
            $"ip -n {Name} link add vethwepl{number} mtu {MtuBytes} type veth peer name ethwe mtu {MtuBytes} netns {Container}",
            $"ip -n {Name} link set vethwepl{number} master weave up",
            $"ip -n {Container} link set lo up",
            $"ip -n {Container} link set ethwe address {Mac} up; ip -n {Container} addr add {ContainerAddress}/12 dev ethwe",
            $"ip -n {Container} route add 224.0.0.0/4 dev ethwe"));
        Datapath = Open(null, out _);
    }

    internal int Number { get; }

    internal string Name { get; }

    internal string Container { get; }

    internal FastDatapathSpec Spec { get; }

    internal ShortId Id => new((ushort)Number);

    internal Ipv4Address Address => Ipv4Address.Parse($"10.77.0.{Number}");

    internal Ipv4Address ContainerAddress => Ipv4Address.Parse($"10.32.1.{Number}");

    internal Ipv4Address HostAddress => Ipv4Address.Parse($"10.32.0.{Number}");

    internal MacAddress Mac => new(0x0200_0000_0100UL + (uint)Number);

    internal string Veth => $"vethwepl{Number.ToString(CultureInfo.InvariantCulture)}";

    internal Weave.Linux.Bpf.FastDatapath Datapath { get; private set; }

    /// <summary>Runs in the host's namespace.</summary>
    internal T Run<T>(Func<T> work) => _namespaces.Run($"/run/netns/{Name}", work);

    /// <summary>Runs in the container's namespace.</summary>
    internal T InContainer<T>(Func<T> work) => _namespaces.Run($"/run/netns/{Container}", work);

    internal string Exec(string line) => Shell.Bash($"ip netns exec {Name} {line}");

    internal Shell.Result ExecContainer(params string[] command) =>
        Shell.Try(TimeSpan.FromSeconds(60), "ip", ["netns", "exec", Container, .. command]);

    /// <summary>A line of bash in a namespace of this host.</summary>
    internal static string InNamespace(string name, string line) => Shell.Run("ip", "netns", "exec", name, "bash", "-c", line);

    /// <summary>Sends datagrams from the container.</summary>
    internal void Send(string to, int port, int count) => InContainer(() =>
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        IPEndPoint destination = new(IPAddress.Parse(to), port);
        for (int i = 0; i < count; i++)
        {
            socket.SendTo("datagram"u8, destination);
        }

        return 0;
    });

    /// <summary>What the counters of table <c>t</c> in the container saw.</summary>
    internal int[] Counted() =>
        [.. Regex.Matches(InNamespace(Container, "nft list table ip t"), @"counter packets (\d+)").Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    /// <summary>A daemon that is replaced by another one, of another version if maps are altered.</summary>
    internal bool Reopen(Action<string, nint>? alter = null)
    {
        Datapath.Dispose();
        Datapath = Open(alter, out bool adopted);
        return adopted;
    }

    internal ulong Count(DatapathCounter counter) => Datapath.ReadCounters()[counter];

    public void Dispose()
    {
        Datapath.Dispose();
        Run(() =>
        {
            Weave.Linux.Bpf.FastDatapath.Remove(Spec, new Links());
            return 0;
        });
        Shell.Bash($"ip netns del {Name}; ip netns del {Container}");
    }

    private Weave.Linux.Bpf.FastDatapath Open(Action<string, nint>? alter, out bool adopted)
    {
        bool found = false;
        Weave.Linux.Bpf.FastDatapath opened = Run(() => Weave.Linux.Bpf.FastDatapath.Open(Spec, new Links(), new Sysctls(), alter, out found));
        adopted = found;
        return opened;
    }
}
