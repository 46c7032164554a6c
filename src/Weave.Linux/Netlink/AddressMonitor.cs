using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>Hears when addresses come and go. For one thread, in whose namespace it listens.</summary>
public sealed class AddressMonitor : IDisposable
{
    private const int RTMGRP_IPV4_IFADDR = 0x10;
    private const int SOL_SOCKET = 1;
    private const int SO_RCVTIMEO = 20;
    private const int MSG_DONTWAIT = 0x40;
    private const int EAGAIN = 11;
    private const int ENOBUFS = 105;

    private readonly SafeFileHandle _socket = NetlinkNative.Open(NetlinkNative.AF_NETLINK, NetlinkNative.SOCK_RAW, NetlinkNative.NETLINK_ROUTE);
    private readonly byte[] _buffer = new byte[8 * 1024];

    /// <param name="patience">How long <see cref="Wait"/> waits.</param>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public AddressMonitor(TimeSpan patience)
    {
        // struct timeval: seconds (8) | microseconds (8); struct sockaddr_nl: family (2) | pad (2) | port (4) | groups (4)
        byte[] timeout = [.. BitConverter.GetBytes((long)patience.TotalSeconds), .. BitConverter.GetBytes(1000L * patience.Milliseconds)];
        byte[] address = [NetlinkNative.AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, RTMGRP_IPV4_IFADDR, 0, 0, 0];
        if (NetlinkNative.SetSocketOption(_socket, SOL_SOCKET, SO_RCVTIMEO, timeout, (uint)timeout.Length) < 0
            || NetlinkNative.Bind(_socket, address, (uint)address.Length) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _socket.Dispose();
            throw new KernelException("listen for changes of addresses", errno);
        }
    }

    /// <summary>Waits for a change, and takes note of all that there have been.</summary>
    /// <returns>There was one, or some that were missed; false when time is over.</returns>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public bool Wait()
    {
        bool changed = Receive(0);
        while (changed && Receive(MSG_DONTWAIT))
        {
        }

        return changed;
    }

    public void Dispose() => _socket.Dispose();

    private bool Receive(int flags) =>
        NetlinkNative.Receive(_socket, _buffer, _buffer.Length, flags) >= 0
        || Marshal.GetLastPInvokeError() switch
        {
            ENOBUFS => true,
            EAGAIN or Errno.EINTR => false,
            int errno => throw new KernelException("listen for changes of addresses", errno),
        };
}
