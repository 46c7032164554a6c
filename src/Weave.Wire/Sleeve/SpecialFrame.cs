using System.Buffers.Binary;

namespace Weave.Wire.Sleeve;

/// <summary>
/// Frames that the overlay sends to itself: fourteen zero bytes where the Ethernet header would be. The total length
/// tells what one is.
/// </summary>
/// <remarks>docs/wire/sleeve.md §4.</remarks>
public static class SpecialFrame
{
    public const int HeaderSize = 14;

    /// <summary>Zeros (14) | connection uid (8)</summary>
    public const int HeartbeatSize = HeaderSize + sizeof(ulong);

    /// <summary>All zero. Too big for any path: it arrives only if the network fragments for us.</summary>
    public const int FragmentationTestSize = 60001;

    /// <summary>All zero, on the channel that must not be fragmented, to make the kernel say what the path takes.</summary>
    public const int DiscoverySize = 60000;

    /// <summary>The frame has a whole Ethernet header, and it is zero.</summary>
    public static bool Is(ReadOnlySpan<byte> frame) =>
        frame.Length >= HeaderSize
        && (BinaryPrimitives.ReadUInt64LittleEndian(frame) | BinaryPrimitives.ReadUInt64LittleEndian(frame[(HeaderSize - sizeof(ulong))..])) == 0;

    public static ulong ReadHeartbeat(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt64BigEndian(frame[HeaderSize..]);

    /// <summary>Writes a heartbeat into the first <see cref="HeartbeatSize"/> bytes.</summary>
    public static void WriteHeartbeat(Span<byte> frame, ulong connectionUid)
    {
        frame[..HeaderSize].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(frame[HeaderSize..], connectionUid);
    }

    /// <summary>The overlay MTU that a path test of this length proves.</summary>
    public static int MtuProvedBy(int frameLength) => frameLength - HeaderSize;
}
