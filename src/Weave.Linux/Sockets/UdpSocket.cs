using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;
using Weave.Wire.Primitives;

namespace Weave.Linux.Sockets;

/// <summary>An IPv4 UDP socket that shares its port with others of this process.</summary>
public sealed unsafe class UdpSocket : IDisposable
{
    private const int EMSGSIZE = 90;

    private readonly SafeFileHandle _handle;

    private UdpSocket(int fd)
    {
        _handle = new SafeFileHandle(fd, ownsHandle: true);
        Fd = fd;
    }

    internal int Fd { get; }

    /// <summary>Opens and binds a socket.</summary>
    /// <param name="address">Local address; zero for any.</param>
    /// <param name="port">Local port.</param>
    /// <param name="dontFragment">
    /// Datagrams go out with DF set and whatever routers claim about the path is left to us (<c>IP_PMTUDISC_PROBE</c>);
    /// otherwise they may be fragmented (<c>IP_PMTUDISC_DONT</c>).
    /// </param>
    /// <exception cref="KernelException">The port is taken, or the address is not ours.</exception>
    public static UdpSocket Open(Ipv4Address address, ushort port, bool dontFragment)
    {
        int fd = SocketNative.socket(SocketNative.AF_INET, SocketNative.SOCK_DGRAM | SocketNative.SOCK_CLOEXEC, 0);
        if (fd < 0)
        {
            throw new KernelException("open a UDP socket", Marshal.GetLastPInvokeError());
        }

        UdpSocket socket = new(fd);
        try
        {
            socket.Set(SocketNative.SOL_SOCKET, SocketNative.SO_REUSEPORT, 1);
            socket.Set(
                SocketNative.IPPROTO_IP,
                SocketNative.IP_MTU_DISCOVER,
                dontFragment ? SocketNative.IP_PMTUDISC_PROBE : SocketNative.IP_PMTUDISC_DONT);
            SocketNative.SockAddr local = ToNative(address, port);
            if (SocketNative.bind(fd, &local, (uint)sizeof(SocketNative.SockAddr)) < 0)
            {
                throw new KernelException($"bind UDP {address}:{port}", Marshal.GetLastPInvokeError());
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Of all sockets on this port only the one that was bound first receives: the others send. Call on any of them.
    /// </summary>
    public void DeliverToFirst()
    {
        // Classic BPF: return 0, the index of the socket.
        SocketNative.FilterInstruction first = new() { Code = 0x06, Operand = 0 };
        SocketNative.FilterProgram program = new() { Length = 1, Instructions = &first };
        Check(
            SocketNative.setsockopt(Fd, SocketNative.SOL_SOCKET, SocketNative.SO_ATTACH_REUSEPORT_CBPF, &program, (uint)sizeof(SocketNative.FilterProgram)),
            "choose the receiving socket");
    }

    /// <summary>Lets the kernel hand over many datagrams of one flow in one piece. False when it cannot.</summary>
    public bool TryEnableReceiveOffload()
    {
        int on = 1;
        return SocketNative.setsockopt(Fd, SocketNative.SOL_UDP, SocketNative.UDP_GRO, &on, sizeof(int)) == 0;
    }

    /// <summary>Makes room for bursts, beyond the system's limit where we may.</summary>
    public void SetBuffers(int bytes)
    {
        SetOrElse(SocketNative.SO_RCVBUFFORCE, SocketNative.SO_RCVBUF, bytes);
        SetOrElse(SocketNative.SO_SNDBUFFORCE, SocketNative.SO_SNDBUF, bytes);
    }

    /// <summary>Datagrams that arrived and found the receive buffer full, since the socket was opened.</summary>
    /// <exception cref="KernelException">The socket is gone.</exception>
    public long ReceiveDrops
    {
        get
        {
            uint* figures = stackalloc uint[SocketNative.SK_MEMINFO_VARS];
            uint length = SocketNative.SK_MEMINFO_VARS * sizeof(uint);
            Check(SocketNative.getsockopt(Fd, SocketNative.SOL_SOCKET, SocketNative.SO_MEMINFO, figures, &length), "ask for dropped datagrams");
            return figures[SocketNative.SK_MEMINFO_DROPS];
        }
    }

    /// <summary>Receiving gives up after this time, so that a thread can look whether it is to end.</summary>
    public void SetReceiveTimeout(TimeSpan timeout)
    {
        SocketNative.TimeVal value = new() { Seconds = (long)timeout.TotalSeconds, Microseconds = (timeout.Milliseconds * 1000) + timeout.Microseconds };
        Check(
            SocketNative.setsockopt(Fd, SocketNative.SOL_SOCKET, SocketNative.SO_RCVTIMEO, &value, (uint)sizeof(SocketNative.TimeVal)),
            "set the receive time-out");
    }

    /// <summary>Sends one datagram. Does not wait for room in the send buffer.</summary>
    public SendOutcome Send(ReadOnlySpan<byte> datagram, Ipv4Address address, ushort port)
    {
        SocketNative.SockAddr target = ToNative(address, port);
        fixed (byte* bytes = datagram)
        {
            nint sent = SocketNative.sendto(Fd, bytes, datagram.Length, SocketNative.MSG_DONTWAIT, &target, (uint)sizeof(SocketNative.SockAddr));
            return sent >= 0 ? SendOutcome.Sent : Marshal.GetLastPInvokeError() == EMSGSIZE ? SendOutcome.TooBig : SendOutcome.Failed;
        }
    }

    public void Dispose() => _handle.Dispose();

    internal static SocketNative.SockAddr ToNative(Ipv4Address address, ushort port) => new()
    {
        Family = SocketNative.AF_INET,
        Port = BinaryPrimitives.ReverseEndianness(port),
        Address = BinaryPrimitives.ReverseEndianness(address.Value),
    };

    private void Set(int level, int name, int value) =>
        Check(SocketNative.setsockopt(Fd, level, name, &value, sizeof(int)), $"set socket option {level}/{name}");

    private void SetOrElse(int forced, int ordinary, int value)
    {
        if (SocketNative.setsockopt(Fd, SocketNative.SOL_SOCKET, forced, &value, sizeof(int)) != 0)
        {
            Set(SocketNative.SOL_SOCKET, ordinary, value);
        }
    }

    private static void Check(int result, string attempt)
    {
        if (result < 0)
        {
            throw new KernelException(attempt, Marshal.GetLastPInvokeError());
        }
    }
}
