using System.Buffers.Binary;
using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>The answer to an IPv6 frame that is too big for the path: nobody on the way may cut it, so its sender has to know.</summary>
/// <remarks>
/// docs/wire/sleeve.md §7. RFC 4443 3.2, ICMPv6 type 2: addresses of the frame swapped, hop limit 64; quotes as much of the
/// packet as keeps the answer within 1280 bytes. Tags of the frame (802.1Q) are those of the answer.
/// </remarks>
public static class Icmpv6PacketTooBig
{
    /// <summary>Every IPv6 link carries packets of this size; no less may be asked for.</summary>
    public const int MinMtu = 1280;

    private const int HeaderSize = 40;
    private const int IcmpHeaderSize = 8;
    private const int MaxQuoted = MinMtu - HeaderSize - IcmpHeaderSize;
    private const int AddressesOffset = 8;
    private const int AddressSize = 16;
    private const byte Icmpv6 = 58;
    private const byte PacketTooBig = 2;
    private const byte FirstInformational = 128;
    private const byte Redirect = 137;
    private const byte HopLimit = 64;
    private const byte Multicast = 0xFF;

    /// <summary>Most bytes that <see cref="Write"/> needs.</summary>
    public const int MaxSize = EthernetFrame.MaxHeaderSize + MinMtu;

    /// <summary>Writes the answer to <paramref name="offending"/>.</summary>
    /// <returns>
    /// Its length; 0 when none may be sent: not IPv6, not more than every IPv6 link carries, itself an ICMP error, or sent to
    /// or from a group.
    /// </returns>
    public static int Write(Span<byte> offending, int mtuBytes, Span<byte> target)
    {
        int tags = EthernetFrame.TagsOf(offending);
        if (!EthernetFrame.TryRead(offending[tags..], out EthernetFrame shifted)
            || shifted.Type != EthernetFrame.Ipv6 || shifted.Payload.Length <= MinMtu || !MayAnswer(offending, shifted.Payload))
        {
            return 0;
        }

        int headers = EthernetFrame.WriteReplyHeader(target, offending);
        ReadOnlySpan<byte> quoted = shifted.Payload[..MaxQuoted];
        Span<byte> packet = target.Slice(headers, HeaderSize + IcmpHeaderSize + quoted.Length);
        packet[..(HeaderSize + IcmpHeaderSize)].Clear();
        quoted.CopyTo(packet[(HeaderSize + IcmpHeaderSize)..]);
        WriteIp(packet, quoted.Slice(AddressesOffset, 2 * AddressSize));
        WriteIcmp(packet, Math.Max(MinMtu, mtuBytes - tags));
        return headers + packet.Length;
    }

    /// <summary>RFC 4443 2.4 (e): no error about an error or a redirect, or something sent to many.</summary>
    private static bool MayAnswer(Span<byte> frame, ReadOnlySpan<byte> packet)
    {
        EthernetFrame.TryRead(frame, out EthernetFrame ethernet);
        ReadOnlySpan<byte> source = packet.Slice(AddressesOffset, AddressSize);
        byte type = packet[HeaderSize];
        bool error = packet[6] == Icmpv6 && type is < FirstInformational or Redirect;
        return packet[0] >> 4 == 6 && !error
            && !ethernet.Destination.IsGroup && !ethernet.Source.IsGroup
            && source[0] != Multicast && source.ContainsAnyExcept((byte)0) && packet[AddressesOffset + AddressSize] != Multicast;
    }

    private static void WriteIp(Span<byte> packet, ReadOnlySpan<byte> addresses)
    {
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - HeaderSize));
        packet[6] = Icmpv6;
        packet[7] = HopLimit;
        addresses[AddressSize..].CopyTo(packet[AddressesOffset..]);
        addresses[..AddressSize].CopyTo(packet[(AddressesOffset + AddressSize)..]);
    }

    /// <summary>Sums the pseudo-header in: addresses, length, next header.</summary>
    private static void WriteIcmp(Span<byte> packet, int mtuBytes)
    {
        Span<byte> message = packet[HeaderSize..];
        message[0] = PacketTooBig;
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], (uint)mtuBytes);
        ulong sum = InternetChecksum.Add(0, packet.Slice(AddressesOffset, 2 * AddressSize));
        sum = InternetChecksum.Add(InternetChecksum.Add(sum, (ushort)message.Length), Icmpv6);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(InternetChecksum.Add(sum, message)));
    }
}
