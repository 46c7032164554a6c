using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>Tells which ports of bridges send frames back to where they came from, as that is turned on. For one thread, in whose namespace it listens.</summary>
public sealed class HairpinMonitor : IDisposable
{
    private const ushort RTM_NEWLINK = 16;
    private const ushort RTM_GETLINK = 18;
    private const ushort NLM_F_REQUEST = 1;
    private const ushort NLM_F_DUMP = 0x300;
    private const ushort IFLA_PROTINFO = 12;
    private const ushort IFLA_LINKINFO = 18;
    private const ushort IFLA_INFO_SLAVE_KIND = 4;
    private const ushort IFLA_INFO_SLAVE_DATA = 5;
    private const ushort IFLA_BRPORT_MODE = 4;
    private const byte AF_BRIDGE = 7;
    private const int RTMGRP_LINK = 1;
    private const int SOL_SOCKET = 1;
    private const int SO_RCVTIMEO = 20;
    private const int EAGAIN = 11;
    private const int ENOBUFS = 105;
    private const int LinkHeaderSize = 16;

    private readonly SafeFileHandle _socket = NetlinkNative.Open(NetlinkNative.AF_NETLINK, NetlinkNative.SOCK_RAW, NetlinkNative.NETLINK_ROUTE);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);

    /// <param name="patience">How long <see cref="Wait"/> waits.</param>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public HairpinMonitor(TimeSpan patience)
    {
        // struct timeval: seconds (8) | microseconds (8)
        byte[] timeout = [.. BitConverter.GetBytes((long)patience.TotalSeconds), .. BitConverter.GetBytes((long)patience.Microseconds + (1000L * patience.Milliseconds))];
        // struct sockaddr_nl: family (2) | pad (2) | port (4) | groups (4)
        byte[] address = [NetlinkNative.AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, RTMGRP_LINK, 0, 0, 0];
        if (NetlinkNative.SetSocketOption(_socket, SOL_SOCKET, SO_RCVTIMEO, timeout, (uint)timeout.Length) < 0
            || NetlinkNative.Bind(_socket, address, (uint)address.Length) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _socket.Dispose();
            throw new KernelException("listen for changes of links", errno);
        }
    }

    /// <summary>Ports that do so now, by index.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static IReadOnlyList<int> List() => NetlinkSocket.Dump<int>(
        "list bridge ports",
        new NetlinkRequest(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP).LinkHeader(0, family: AF_BRIDGE),
        static (type, body, ports) =>
        {
            if (type == RTM_NEWLINK && TryRead(body, out int port))
            {
                ports.Add(port);
            }
        });

    /// <summary>Waits for changes.</summary>
    /// <returns>Ports that a change found doing so; all of them when changes were missed; none when time is over.</returns>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public IReadOnlyList<int> Wait()
    {
        int received = (int)NetlinkNative.Receive(_socket, _buffer, _buffer.Length, 0);
        if (received < 0)
        {
            return Marshal.GetLastPInvokeError() switch
            {
                EAGAIN or Errno.EINTR => [],
                ENOBUFS => List(),
                int errno => throw new KernelException("listen for changes of links", errno),
            };
        }

        List<int> ports = [];
        ReadOnlySpan<byte> rest = _buffer.AsSpan(0, received);
        while (rest.Length >= NetlinkRequest.HeaderSize)
        {
            int length = Math.Clamp(BitConverter.ToInt32(rest), NetlinkRequest.HeaderSize, rest.Length);
            if (BitConverter.ToUInt16(rest[4..]) == RTM_NEWLINK && TryRead(rest[NetlinkRequest.HeaderSize..length], out int port))
            {
                ports.Add(port);
            }

            rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        }

        return ports;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>True for a port in hairpin mode. The bridge tells it as a protocol of the link, everybody else as what the link is to its master.</summary>
    private static bool TryRead(ReadOnlySpan<byte> body, out int port)
    {
        port = body.Length >= LinkHeaderSize ? BitConverter.ToInt32(body[4..]) : 0;
        bool hairpin = false;
        NetlinkAttributes link = new(port == 0 ? default : body[LinkHeaderSize..]);
        while (link.Next())
        {
            hairpin |= link.Type switch
            {
                IFLA_PROTINFO => body[0] == AF_BRIDGE && IsHairpin(link.Value),
                IFLA_LINKINFO => IsHairpinOfBridge(link.Value),
                _ => false,
            };
        }

        return hairpin;
    }

    private static bool IsHairpinOfBridge(ReadOnlySpan<byte> information)
    {
        bool bridge = false;
        bool hairpin = false;
        NetlinkAttributes attributes = new(information);
        while (attributes.Next())
        {
            bridge |= attributes.Type == IFLA_INFO_SLAVE_KIND && attributes.Text == "bridge";
            hairpin |= attributes.Type == IFLA_INFO_SLAVE_DATA && IsHairpin(attributes.Value);
        }

        return bridge && hairpin;
    }

    private static bool IsHairpin(ReadOnlySpan<byte> port)
    {
        NetlinkAttributes attributes = new(port);
        while (attributes.Next())
        {
            if (attributes.Type == IFLA_BRPORT_MODE)
            {
                return attributes.Number != 0;
            }
        }

        return false;
    }
}
