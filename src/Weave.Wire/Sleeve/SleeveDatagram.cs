using Weave.Wire.Primitives;

namespace Weave.Wire.Sleeve;

/// <summary>Sizes and places of a sleeve datagram (the payload of one UDP packet).</summary>
/// <remarks>
/// docs/wire/sleeve.md §2. In the clear: sender (6) | frames. Sealed: sender (6) | sequence word (8) | tag (16) |
/// sealed frames. The sender is the neighbour that transmitted, not the origin of the frames.
/// </remarks>
public static class SleeveDatagram
{
    /// <summary>Bytes in front of the frames when data is in the clear.</summary>
    public const int PlainHeaderSize = PeerName.Size;

    /// <summary>Bytes in front of the frames when data is sealed.</summary>
    public const int SealedHeaderSize = TagOffset + TagSize;

    public const int SequenceOffset = PeerName.Size;
    public const int TagOffset = SequenceOffset + sizeof(ulong);
    public const int TagSize = 16;

    /// <summary>Biggest UDP payload over IPv4.</summary>
    public const int MaxSize = 65535 - UnderlayOverhead;

    /// <summary>IPv4 and UDP headers of the underlay.</summary>
    public const int UnderlayOverhead = 28;

    /// <summary>Set in the sequence word of datagrams on the channel that must not be fragmented.</summary>
    public const ulong DontFragmentBit = 1UL << 63;

    /// <summary>Who transmitted the datagram; false when it is too short to say.</summary>
    public static bool TryReadSender(ReadOnlySpan<byte> datagram, out PeerName sender)
    {
        bool enough = datagram.Length >= PeerName.Size;
        sender = enough ? PeerName.Read(datagram) : default;
        return enough;
    }
}
