using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>Gratuitous ARP through an AF_PACKET socket.</summary>
public sealed class ArpAnnouncer : IArpAnnouncer
{
    private const ushort EtherTypeArp = 0x0806;

    public void Announce(Link link, Ipv4Address address)
    {
        // Protocol 0: it receives nothing, it only sends.
        using SafeFileHandle socket = NetlinkNative.Open(NetlinkNative.AF_PACKET, NetlinkNative.SOCK_RAW, 0);
        Span<byte> frame = stackalloc byte[42];
        WriteRequest(frame, link.Mac, address);
        Span<byte> target = stackalloc byte[20];
        WriteTarget(target, link.Index);
        if (NetlinkNative.SendTo(socket, frame, frame.Length, 0, target, (uint)target.Length) < 0)
        {
            throw new KernelException($"announce {address} on \"{link.Name}\"", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Ethernet header (14), then RFC 826: types and sizes (6) | request (2) | sender MAC, IP | target MAC, IP.</summary>
    internal static void WriteRequest(Span<byte> frame, MacAddress mac, Ipv4Address address)
    {
        MacAddress.Broadcast.Write(frame);
        mac.Write(frame[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], EtherTypeArp);
        ReadOnlySpan<byte> ethernetAndIpv4Request = [0, 1, 8, 0, MacAddress.Size, Ipv4Address.Size, 0, 1];
        ethernetAndIpv4Request.CopyTo(frame[14..]);
        mac.Write(frame[22..]);
        address.Write(frame[28..]);
        MacAddress.Zero.Write(frame[32..]);
        address.Write(frame[38..]);
    }

    /// <summary>struct sockaddr_ll: family (2) | protocol (2, big-endian) | link (4) | type (2) | kind (1) | length (1) | address (8).</summary>
    private static void WriteTarget(Span<byte> target, int link)
    {
        target.Clear();
        BitConverter.TryWriteBytes(target, (ushort)NetlinkNative.AF_PACKET);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], EtherTypeArp);
        BitConverter.TryWriteBytes(target[4..], link);
        target[11] = MacAddress.Size;
        MacAddress.Broadcast.Write(target[12..]);
    }
}
