using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bpf;

/// <summary>
/// Sends frames of our own out of the VXLAN device. The packet mark tells the egress program for whom they are.
/// </summary>
internal sealed class HeartbeatSocket : IDisposable
{
    private const int SOL_SOCKET = 1;
    private const int SO_MARK = 36;
    private const int Mark = 0x5700_0000; // HEARTBEAT_MARK of bpf/weave.bpf.c
    private const int AddressSize = 20;

    private readonly SafeFileHandle _socket = NetlinkNative.Open(NetlinkNative.AF_PACKET, NetlinkNative.SOCK_RAW, 0);
    private readonly Lock _gate = new();
    private readonly byte[] _address = new byte[AddressSize];

    /// <summary>struct sockaddr_ll: family (2) | protocol (2) | device (4) | ...</summary>
    internal HeartbeatSocket(int ifindex)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_address, NetlinkNative.AF_PACKET);
        Use(ifindex);
    }

    /// <summary>Sends through another device from now on.</summary>
    internal void Use(int ifindex)
    {
        lock (_gate)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_address.AsSpan(4), ifindex);
        }
    }

    internal void Send(ShortId neighbour, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            int mark = Mark | neighbour.Value;
            if (NetlinkNative.SetSocketOption(_socket, SOL_SOCKET, SO_MARK, in mark, sizeof(int)) < 0
                || NetlinkNative.SendTo(_socket, frame, frame.Length, 0, _address, AddressSize) < 0)
            {
                throw new KernelException($"send a heartbeat to neighbour {neighbour}", Marshal.GetLastPInvokeError());
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
