using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>Tells that something about links, their programs or their addresses has changed, not what. For one thread, in whose namespace it listens.</summary>
public sealed class KernelMonitor : IDisposable
{
    private const int RTMGRP_LINK = 1;
    private const int RTMGRP_TC = 8;
    private const int RTMGRP_IPV4_IFADDR = 0x10;
    private const int SOL_SOCKET = 1;
    private const int SO_RCVTIMEO = 20;
    private const int MSG_DONTWAIT = 0x40;
    private const int EAGAIN = 11;
    private const int ENOBUFS = 105;

    private readonly SafeFileHandle _socket = NetlinkNative.Open(NetlinkNative.AF_NETLINK, NetlinkNative.SOCK_RAW, NetlinkNative.NETLINK_ROUTE);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);

    /// <param name="patience">How long <see cref="Wait"/> waits.</param>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public KernelMonitor(TimeSpan patience)
    {
        // struct timeval: seconds (8) | microseconds (8)
        byte[] timeout = [.. BitConverter.GetBytes((long)patience.TotalSeconds), .. BitConverter.GetBytes(1000L * patience.Milliseconds)];
        // struct sockaddr_nl: family (2) | pad (2) | port (4) | groups (4)
        byte[] address = [NetlinkNative.AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, RTMGRP_LINK | RTMGRP_TC | RTMGRP_IPV4_IFADDR, 0, 0, 0];
        if (NetlinkNative.SetSocketOption(_socket, SOL_SOCKET, SO_RCVTIMEO, timeout, (uint)timeout.Length) < 0
            || NetlinkNative.Bind(_socket, address, (uint)address.Length) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _socket.Dispose();
            throw new KernelException("listen for changes of links", errno);
        }
    }

    /// <summary>Waits for changes.</summary>
    /// <returns>False when time is over and nothing has changed.</returns>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public bool Wait() => Receive(0);

    /// <summary>Forgets changes that have been told of already.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public void Drain()
    {
        while (Receive(MSG_DONTWAIT))
        {
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool Receive(int flags) => NetlinkNative.Receive(_socket, _buffer, _buffer.Length, flags) >= 0 || Marshal.GetLastPInvokeError() switch
    {
        EAGAIN or Errno.EINTR => false,
        ENOBUFS => true, // more than there was room for
        int errno => throw new KernelException("listen for changes of links", errno),
    };
}
