using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;
using Weave.Wire.Primitives;

namespace Weave.Linux.Sockets;

/// <summary>
/// Asks the kernel what it believes a path takes, in the namespace where this was made. Nothing is sent. Safe from any thread.
/// Each question is asked anew: an answer says nothing of the addresses and routes that the host had before.
/// </summary>
public sealed unsafe class PathMtuProbe : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _handle;

    /// <exception cref="KernelException">No socket is to be had.</exception>
    public PathMtuProbe()
    {
        int fd = SocketNative.socket(SocketNative.AF_INET, SocketNative.SOCK_DGRAM | SocketNative.SOCK_CLOEXEC, 0);
        if (fd < 0)
        {
            throw new KernelException("open a UDP socket", Marshal.GetLastPInvokeError());
        }

        _handle = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Bytes of IP packet that the path to <paramref name="address"/> takes; 0 when there is no route.</summary>
    public int PathMtu(Ipv4Address address, ushort port)
    {
        lock (_gate)
        {
            if (_handle.IsClosed)
            {
                return 0;
            }

            int fd = (int)_handle.DangerousGetHandle();
            Forget(fd);
            SocketNative.SockAddr target = UdpSocket.ToNative(address, port);
            int mtu = 0;
            uint length = sizeof(int);
            return SocketNative.connect(fd, &target, (uint)sizeof(SocketNative.SockAddr)) == 0
                && SocketNative.getsockopt(fd, SocketNative.IPPROTO_IP, SocketNative.IP_MTU, &mtu, &length) == 0
                ? mtu
                : 0;
        }
    }

    /// <summary>
    /// A socket that was connected keeps the local address of that route for the next one, and where the host has lost the
    /// address, or it belongs to another uplink, there is no way from there.
    /// </summary>
    private static void Forget(int fd)
    {
        SocketNative.SockAddr nobody = new() { Family = SocketNative.AF_UNSPEC };
        SocketNative.connect(fd, &nobody, (uint)sizeof(SocketNative.SockAddr));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _handle.Dispose();
        }
    }
}
