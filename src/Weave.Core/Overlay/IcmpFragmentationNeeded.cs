using System.Buffers.Binary;
using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>The answer to an IPv4 frame that must not be fragmented and is too big for the path.</summary>
/// <remarks>
/// docs/wire/sleeve.md §7. ICMP type 3 code 4: addresses of the frame swapped, TOS copied, TTL 64, id 0; quotes the IP
/// header and eight bytes. Tags of the frame (802.1Q) are those of the answer, and take of the MTU what they need.
/// </remarks>
public static class IcmpFragmentationNeeded
{
    private const int IcmpHeaderSize = 8;
    private const int QuotedPayload = 8;
    private const int MaxIpHeaderSize = 60;
    private const byte TimeToLive = 64;

    /// <summary>Most bytes that <see cref="Write"/> needs.</summary>
    public const int MaxSize = EthernetFrame.MaxHeaderSize + Ipv4Packet.MinHeaderSize + IcmpHeaderSize + MaxIpHeaderSize + QuotedPayload;

    /// <summary>Writes the answer to <paramref name="offending"/>.</summary>
    /// <returns>
    /// Its length; 0 when none may be sent: not IPv4, too short to quote, itself an ICMP error, not the first fragment, or
    /// sent to or from a group.
    /// </returns>
    public static int Write(Span<byte> offending, int mtuBytes, Span<byte> target)
    {
        int tags = EthernetFrame.TagsOf(offending);
        if (!Ipv4Packet.TryReadFrame(offending[tags..], out Ipv4Packet packet)
            || packet.Payload.Length < QuotedPayload
            || !MayAnswer(offending, packet))
        {
            return 0;
        }

        int quoted = packet.HeaderSize + QuotedPayload;
        int total = Ipv4Packet.MinHeaderSize + IcmpHeaderSize + quoted;
        int headers = EthernetFrame.WriteReplyHeader(target, offending);
        WriteIp(target.Slice(headers, Ipv4Packet.MinHeaderSize), packet, total);
        WriteIcmp(target.Slice(headers + Ipv4Packet.MinHeaderSize, IcmpHeaderSize + quoted), packet.Bytes[..quoted], mtuBytes - tags);
        return headers + total;
    }

    /// <summary>RFC 1122 3.2.2: no error about an error, a later fragment, or something sent to many.</summary>
    private static bool MayAnswer(Span<byte> frame, Ipv4Packet packet)
    {
        EthernetFrame.TryRead(frame, out EthernetFrame ethernet);
        bool icmpError = packet.Protocol == Ipv4Packet.Icmp && packet.Payload[0] is not (0 or 8 or 13 or 14);
        bool laterFragment = (packet.FlagsAndOffset & Ipv4Packet.OffsetMask) != 0;
        return !icmpError && !laterFragment && !ethernet.Destination.IsGroup && !ethernet.Source.IsGroup;
    }

    private static void WriteIp(Span<byte> header, Ipv4Packet about, int totalLength)
    {
        header.Clear();
        header[0] = 0x45;
        header[1] = about.TypeOfService;
        header[8] = TimeToLive;
        header[9] = Ipv4Packet.Icmp;
        about.Destination.Write(header[12..]);
        about.Source.Write(header[16..]);
        Ipv4Packet.Rewrite(header, totalLength, id: 0, flagsAndOffset: 0);
    }

    private static void WriteIcmp(Span<byte> message, ReadOnlySpan<byte> quoted, int mtuBytes)
    {
        message[..IcmpHeaderSize].Clear();
        message[0] = 3;
        message[1] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], (ushort)mtuBytes);
        quoted.CopyTo(message[IcmpHeaderSize..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Of(message));
    }
}
