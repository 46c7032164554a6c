using System.Buffers.Binary;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;

namespace Weave.Wire.Vxlan;

/// <summary>
/// Stands in front of a frame that crosses between the datapath programs and the user-space overlay, on the TAP
/// device of that overlay. Never on a network.
/// </summary>
/// <remarks>
/// Shaped like an Ethernet header, big-endian, docs/wire/vxlan.md §4:
/// 02 57 | destination (2) | neighbour (2) | 02 57 | source (2) | TTL (1) | 0 | 08 00.
/// The type is always IPv4's, whatever the frame is: the kernel helper that removes the header works on no other.
/// A reader of the TAP must ignore what does not begin with <c>02 57</c>: the kernel itself speaks on any interface.
/// </remarks>
/// <param name="Source">The peer on whose bridge the frame entered the network.</param>
/// <param name="Destination">The peer that it is for; on a flooded copy the neighbour.</param>
/// <param name="Neighbour">Kernel to user: whom to send it to. User to kernel: from whom it came.</param>
/// <param name="TimeToLive">Hops that are left. Frames of overlays without such a count enter with <see cref="StartTimeToLive"/>.</param>
public readonly record struct HandoverHeader(ShortId Source, ShortId Destination, ShortId Neighbour, byte TimeToLive)
{
    public const int Size = 14;
    public const byte StartTimeToLive = 64;

    private const int AddressesSize = 2 * MacAddress.Size;
    private const ushort Mark = 0x0257;
    private const ushort EtherTypeIpv4 = 0x0800;

    /// <summary>Reads the header; false when the frame does not carry one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out HandoverHeader header)
    {
        header = default;
        if (frame.Length < Size
            || BinaryPrimitives.ReadUInt16BigEndian(frame) != Mark
            || BinaryPrimitives.ReadUInt16BigEndian(frame[6..]) != Mark)
        {
            return false;
        }

        header = new HandoverHeader(ReadId(frame[8..]), ReadId(frame[2..]), ReadId(frame[4..]), frame[10]);
        return true;
    }

    /// <summary>
    /// Reads the header and the frame behind it. A tag that the kernel keeps beside a frame is written behind the first
    /// addresses of what it hands over, and those are ours: it is put where it belongs, and the frame is whole again.
    /// </summary>
    /// <returns>False when there is no header, or not a frame's behind it.</returns>
    public static bool TryTake(Span<byte> handedOver, out HandoverHeader header, out Span<byte> frame)
    {
        frame = default;
        if (!TryRead(handedOver, out header))
        {
            return false;
        }

        frame = handedOver[Size..];
        return !EthernetFrame.IsTag(BinaryPrimitives.ReadUInt16BigEndian(handedOver[AddressesSize..])) || TryMoveTag(handedOver);
    }

    /// <summary>Our addresses | tag | 08 00 | addresses | rest, to our addresses | 08 00 | addresses | tag | rest.</summary>
    private static bool TryMoveTag(Span<byte> handedOver)
    {
        if (handedOver.Length < EthernetFrame.TagSize + Size + AddressesSize)
        {
            return false;
        }

        Span<byte> moved = handedOver.Slice(AddressesSize, EthernetFrame.TagSize + sizeof(ushort) + AddressesSize);
        Span<byte> tag = stackalloc byte[EthernetFrame.TagSize];
        moved[..tag.Length].CopyTo(tag);
        moved[tag.Length..].CopyTo(moved);
        tag.CopyTo(moved[^tag.Length..]);
        return true;
    }

    /// <summary>Writes the first <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> frame)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame, Mark);
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], Destination.Value);
        BinaryPrimitives.WriteUInt16BigEndian(frame[4..], Neighbour.Value);
        BinaryPrimitives.WriteUInt16BigEndian(frame[6..], Mark);
        BinaryPrimitives.WriteUInt16BigEndian(frame[8..], Source.Value);
        frame[10] = TimeToLive;
        frame[11] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], EtherTypeIpv4);
    }

    private static ShortId ReadId(ReadOnlySpan<byte> raw) => new((ushort)(BinaryPrimitives.ReadUInt16BigEndian(raw) & (ShortId.Count - 1)));
}
