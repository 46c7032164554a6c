using System.Buffers.Binary;
using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Overlay;

/// <summary>TCP frames for tests, made by hand.</summary>
internal static class TcpFrames
{
    /// <summary>A frame with random addresses out of a few, options, and payload.</summary>
    internal static byte[] Random(SeededRandom dice, int payload)
    {
        int options = dice.Next(3) * 12;
        if (options > 40)
        {
            options = 40;
        }

        int ipOptions = dice.Next(8) == 0 ? 4 : 0;
        int ip = 20 + ipOptions;
        int tcp = 20 + options;
        byte[] frame = new byte[14 + ip + tcp + payload];
        dice.Fill(frame);
        EthernetFrame.WriteHeader(frame, new MacAddress(0x0200_0000_0001), new MacAddress(0x0200_0000_0002), EthernetFrame.Ipv4);
        Span<byte> header = frame.AsSpan(14, ip);
        header[0] = (byte)(0x40 | (ip / 4));
        header[1] = 0;
        header[8] = 64;
        header[9] = Ipv4Packet.Tcp;
        if (ipOptions > 0)
        {
            header[20..].Fill(1);
        }

        Ipv4Packet.Rewrite(header, ip + tcp + payload, (ushort)dice.Next(65536), Ipv4Packet.DontFragmentFlag);
        Span<byte> segment = frame.AsSpan(14 + ip);
        segment[12] = (byte)(tcp / 4 << 4);
        segment[13] = TcpSegment.Ack;
        segment[18..20].Clear();
        Checksum(frame);
        return frame;
    }

    /// <summary>Turns a frame into UDP that may be fragmented; its own header means nothing.</summary>
    internal static void MakeUdp(Span<byte> frame)
    {
        Assert.True(Ipv4Packet.TryReadFrame(frame, out Ipv4Packet packet));
        packet.Bytes[9] = Ipv4Packet.Udp;
        Ipv4Packet.Rewrite(packet.Header, packet.Bytes.Length, packet.Id, 0);
    }

    /// <summary>Makes the TCP checksum right.</summary>
    internal static void Checksum(Span<byte> frame)
    {
        Assert.True(TcpSegment.TryLocate(frame, out TcpSegment parts));
        Span<byte> tcp = frame[parts.TcpOffset..parts.Length];
        tcp[16..18].Clear();
        ulong sum = InternetChecksum.PseudoHeader(frame[14..], Ipv4Packet.Tcp, tcp.Length);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], InternetChecksum.Finish(InternetChecksum.Add(sum, tcp)));
    }

    /// <summary>Cuts a super-packet into segments.</summary>
    internal static List<byte[]> Cut(byte[] whole, int size)
    {
        Assert.True(Segmenter.TryPlan(whole, size, out Segmenter plan));
        List<byte[]> segments = [];
        for (int i = 0; i < plan.Count; i++)
        {
            byte[] segment = new byte[plan.LengthOf(i)];
            plan.Write(i, segment);
            segments.Add(segment);
        }

        return segments;
    }

    /// <summary>MAC addresses, IP addresses and ports; empty for what is not TCP.</summary>
    internal static string FlowOf(byte[] frame) => TcpSegment.TryLocate(frame, out TcpSegment parts)
        ? Convert.ToHexString(frame.AsSpan(0, 12)) + Convert.ToHexString(frame.AsSpan(26, 8)) + Convert.ToHexString(frame.AsSpan(parts.TcpOffset, 4)) : "";

    internal static void AssertOrderWithinFlows(List<byte[]> sent, List<byte[]> received, ulong seed)
    {
        foreach (IGrouping<string, byte[]> flow in sent.GroupBy(FlowOf).Where(flow => flow.Key.Length > 0))
        {
            Assert.True(flow.Select(Convert.ToHexString).SequenceEqual(received.Where(frame => FlowOf(frame) == flow.Key).Select(Convert.ToHexString)), $"seed {seed}");
        }
    }
}
