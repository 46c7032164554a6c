using System.Buffers.Binary;
using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>Where things are in an Ethernet frame that holds TCP over IPv4: one segment, or a super-packet of many.</summary>
/// <param name="TcpOffset">Start of the TCP header in the frame.</param>
/// <param name="PayloadOffset">End of all headers.</param>
/// <param name="Length">End of the payload; padding behind it is not counted.</param>
public readonly record struct TcpSegment(int TcpOffset, int PayloadOffset, int Length)
{
    public const int MinTcpHeaderSize = 20;
    public const int ChecksumOffset = 16;
    public const byte Fin = 0x01;
    public const byte Syn = 0x02;
    public const byte Rst = 0x04;
    public const byte Psh = 0x08;
    public const byte Ack = 0x10;
    public const byte CongestionWindowReduced = 0x80;

    public const int IpOffset = EthernetFrame.HeaderSize;

    public int PayloadLength => Length - PayloadOffset;

    public int TcpHeaderSize => PayloadOffset - TcpOffset;

    /// <summary>Finds the parts; false for anything but whole, unfragmented TCP over IPv4.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="segment">The parts.</param>
    public static bool TryLocate(ReadOnlySpan<byte> frame, out TcpSegment segment)
    {
        segment = default;
        if (frame.Length < IpOffset + Ipv4Packet.MinHeaderSize + MinTcpHeaderSize
            || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != EthernetFrame.Ipv4)
        {
            return false;
        }

        ReadOnlySpan<byte> ip = frame[IpOffset..];
        int ipHeader = (ip[0] & 0x0F) * 4;
        int total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        bool fragment = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & (Ipv4Packet.MoreFragmentsFlag | Ipv4Packet.OffsetMask)) != 0;
        if (ip[0] >> 4 != 4 || ipHeader < Ipv4Packet.MinHeaderSize || fragment || ip[9] != Ipv4Packet.Tcp
            || total > ip.Length || total < ipHeader + MinTcpHeaderSize)
        {
            return false;
        }

        int tcpHeader = (ip[ipHeader + 12] >> 4) * 4;
        if (tcpHeader < MinTcpHeaderSize || total < ipHeader + tcpHeader)
        {
            return false;
        }

        segment = new TcpSegment(IpOffset + ipHeader, IpOffset + ipHeader + tcpHeader, IpOffset + total);
        return true;
    }

    /// <summary>The flags byte.</summary>
    public static byte Flags(ReadOnlySpan<byte> frame, int tcpOffset) => frame[tcpOffset + 13];

    public static uint Sequence(ReadOnlySpan<byte> frame, int tcpOffset) => BinaryPrimitives.ReadUInt32BigEndian(frame[(tcpOffset + 4)..]);

    /// <summary>The sum over pseudo-header, TCP header and payload is what it must be.</summary>
    public bool HasGoodChecksum(ReadOnlySpan<byte> frame)
    {
        ulong sum = InternetChecksum.PseudoHeader(frame[IpOffset..], Ipv4Packet.Tcp, Length - TcpOffset);
        return InternetChecksum.Fold(InternetChecksum.Add(sum, frame[TcpOffset..Length])) == 0xFFFF;
    }
}
