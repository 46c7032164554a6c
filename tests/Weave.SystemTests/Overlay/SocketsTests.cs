using System.Net;
using System.Net.Sockets;
using Weave.Linux.NetNs;
using Weave.Linux.Sockets;
using Weave.SystemTests.Support;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.Overlay;

/// <summary>Sockets outlive the addresses and devices that the host had when they were made.</summary>
public sealed class SocketsTests : IDisposable
{
    private const int Datagrams = 4;

    private readonly NetworkNamespaces _namespaces = new();

    public SocketsTests()
    {
        Dispose();
        Shell.Bash("""
            set -e
            ip netns add wsoc1; ip netns add wsoc2
            ip link add wsoc netns wsoc1 type veth peer name wsoc netns wsoc2
            for i in 1 2; do ip -n wsoc$i link set lo up; ip -n wsoc$i link set wsoc up; ip -n wsoc$i addr add 10.93.0.$i/24 dev wsoc; done
            """);
    }

    public void Dispose() => Shell.Try(Shell.DefaultTimeout, "bash", "-c", "ip netns del wsoc1; ip netns del wsoc2");

    [Fact]
    public void The_size_of_a_path_is_known_when_the_hosts_address_has_changed()
    {
        using PathMtuProbe probe = In("wsoc1", () => new PathMtuProbe());
        Assert.Equal(1500, probe.PathMtu(Ipv4Address.Parse("10.93.0.2"), 6783));
        Shell.Bash("""
            set -e
            for i in 1 2; do ip -n wsoc$i addr del 10.93.0.$i/24 dev wsoc; ip -n wsoc$i addr add 10.94.0.$i/24 dev wsoc; done
            ip -n wsoc1 link set wsoc mtu 1400
            """);
        Assert.Equal(1400, probe.PathMtu(Ipv4Address.Parse("10.94.0.2"), 6783));
        Assert.Equal(0, probe.PathMtu(Ipv4Address.Parse("10.93.0.2"), 6783));
        Shell.Bash("""
            set -e
            ip -n wsoc1 link add other type veth peer name far; ip -n wsoc1 link set far up; ip -n wsoc1 link set other mtu 1300 up
            ip -n wsoc1 addr add 10.95.0.1/24 dev other; ip -n wsoc1 addr del 10.94.0.1/24 dev wsoc
            """);
        Assert.Equal(1300, probe.PathMtu(Ipv4Address.Parse("10.95.0.2"), 6783));
    }

    [Fact]
    public void Messages_that_the_kernel_would_not_cut_up_once_are_cut_up_again_later()
    {
        using Socket receiver = In("wsoc2", () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        receiver.Bind(new IPEndPoint(IPAddress.Any, 6783));
        receiver.ReceiveTimeout = 10_000;
        using UdpSocket socket = In("wsoc1", () => UdpSocket.Open(default, 6783, dontFragment: false));
        Errors errors = new();
        using UdpSendQueue queue = new(socket, socket, errors);

        SendAndReceive(queue, receiver);
        Assert.Equal(0, errors.NotSegmented);
        Shell.Run("ip", "-n", "wsoc1", "link", "set", "wsoc", "mtu", "1300");
        SendAndReceive(queue, receiver);
        SendAndReceive(queue, receiver);
        Assert.Equal(2, errors.NotSegmented); // it is asked each time
        Shell.Run("ip", "-n", "wsoc1", "link", "set", "wsoc", "mtu", "1500");
        SendAndReceive(queue, receiver);
        Assert.Equal((2, 0), (errors.NotSegmented, errors.Lost));
    }

    private static void SendAndReceive(UdpSendQueue queue, Socket receiver)
    {
        for (int i = 0; i < Datagrams; i++)
        {
            queue.Room[..1400].Fill((byte)i);
            queue.Commit(1400, Ipv4Address.Parse("10.93.0.2"), 6783, dontFragment: false, segmentable: true, queue);
        }

        queue.Flush();
        byte[] buffer = new byte[2000];
        for (int i = 0; i < Datagrams; i++)
        {
            Assert.Equal(1400, receiver.Receive(buffer));
            Assert.Equal((byte)i, buffer[0]);
        }
    }

    private T In<T>(string name, Func<T> work) => _namespaces.Run($"/run/netns/{name}", work);

    private sealed class Errors : IUdpSendErrors
    {
        internal int NotSegmented { get; private set; }

        internal int Lost { get; private set; }

        public void OnSendError(object owner, SendOutcome outcome, int datagrams) => Lost += datagrams;

        public void OnNotSegmented(object owner) => NotSegmented++;
    }
}
