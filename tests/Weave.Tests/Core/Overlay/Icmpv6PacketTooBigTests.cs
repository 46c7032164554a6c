using System.Buffers.Binary;
using System.Net;
using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Overlay;

public sealed class Icmpv6PacketTooBigTests
{
    private const byte Udp = 17;
    private static readonly byte[] From = IPAddress.Parse("fd00::1").GetAddressBytes();
    private static readonly byte[] To = IPAddress.Parse("fd00::2").GetAddressBytes();

    [Theory]
    [InlineData(1414, "", 1414)]
    [InlineData(1414, "81000064", 1410)]
    [InlineData(1000, "", 1280)] // no less may be asked for
    public void The_sender_is_told_what_fits(int mtu, string tags, uint told)
    {
        byte[] frame = Packet(1500, Udp, 0, From, To, tags);
        byte[] answer = Answer(frame, mtu);
        int tagBytes = tags.Length / 2;
        Assert.Equal(14 + tagBytes + 1280, answer.Length);
        Assert.Equal(Convert.ToHexString([.. frame[6..12], .. frame[..6], .. frame[12..(14 + tagBytes)]]), Convert.ToHexString(answer.AsSpan(0, 14 + tagBytes)));
        ReadOnlySpan<byte> ip = answer.AsSpan(14 + tagBytes);
        Assert.Equal(Convert.ToHexString([.. To, .. From]), Convert.ToHexString(ip.Slice(8, 32)));
        Assert.Equal((0x60, 58, 64, ip.Length - 40), (ip[0], ip[6], ip[7], BinaryPrimitives.ReadUInt16BigEndian(ip[4..])));
        ReadOnlySpan<byte> message = ip[40..];
        Assert.Equal((2, 0, told), (message[0], message[1], BinaryPrimitives.ReadUInt32BigEndian(message[4..])));
        Assert.Equal(Convert.ToHexString(frame.AsSpan(14 + tagBytes, message.Length - 8)), Convert.ToHexString(message[8..]));
        Assert.Equal(0xFFFF, SumOf(ip));
    }

    [Theory]
    [InlineData(Udp, 0, "fd00::1", "fd00::2", true)]
    [InlineData(58, 128, "fd00::1", "fd00::2", true)] // an echo
    [InlineData(58, 2, "fd00::1", "fd00::2", false)] // an error
    [InlineData(58, 137, "fd00::1", "fd00::2", false)] // a redirect
    [InlineData(Udp, 0, "::", "fd00::2", false)]
    [InlineData(Udp, 0, "ff02::1", "fd00::2", false)]
    [InlineData(Udp, 0, "fd00::1", "ff02::1", false)]
    public void Errors_and_what_goes_to_many_are_not_answered(byte protocol, byte type, string from, string to, bool answered)
    {
        byte[] frame = Packet(1500, protocol, type, IPAddress.Parse(from).GetAddressBytes(), IPAddress.Parse(to).GetAddressBytes(), "");
        Assert.Equal(answered, Answer(frame, 1414).Length > 0);
    }

    [Fact]
    public void What_every_link_carries_is_not_answered() => Assert.Empty(Answer(Packet(1280, Udp, 0, From, To, ""), 1000));

    [Fact]
    public void Any_bytes_are_survived()
    {
        SeededRandom dice = new(5);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] frame = new byte[dice.Next(1600)];
            dice.Fill(frame);
            if (frame.Length > 14 && dice.Next(2) == 0)
            {
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), EthernetFrame.Ipv6);
            }

            Assert.InRange(Answer(frame, dice.Next(2000)).Length, 0, Icmpv6PacketTooBig.MaxSize);
        }
    }

    [Fact]
    public void An_answer_costs_no_memory()
    {
        byte[] frame = Packet(1500, Udp, 0, From, To, "");
        byte[] target = new byte[Icmpv6PacketTooBig.MaxSize];
        Support.Allocations.Allocates(0, () => Icmpv6PacketTooBig.Write(frame, 1414, target));
    }

    private static byte[] Answer(byte[] frame, int mtu)
    {
        byte[] target = new byte[Icmpv6PacketTooBig.MaxSize];
        return target[..Icmpv6PacketTooBig.Write(frame, mtu, target)];
    }

    private static byte[] Packet(int size, byte protocol, byte type, byte[] from, byte[] to, string tags)
    {
        byte[] packet = new byte[size];
        new SeededRandom(4).Fill(packet);
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(size - 40));
        packet[6] = protocol;
        from.CopyTo(packet, 8);
        to.CopyTo(packet, 24);
        packet[40] = type;
        byte[] addresses = new byte[14];
        EthernetFrame.WriteHeader(addresses, new MacAddress(0x0200_0000_0001), new MacAddress(0x0200_0000_0002), EthernetFrame.Ipv6);
        return [.. addresses[..12], .. Convert.FromHexString(tags), .. addresses[12..], .. packet];
    }

    /// <summary>The naive sum of RFC 8200 8.1, with the checksum counted in.</summary>
    private static int SumOf(ReadOnlySpan<byte> packet)
    {
        int sum = packet.Length - 40 + 58;
        for (int i = 8; i < packet.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet[i..]);
        }

        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return sum;
    }
}
