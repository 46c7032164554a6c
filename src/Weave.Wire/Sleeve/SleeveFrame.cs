using System.Buffers.Binary;
using Weave.Wire.Primitives;

namespace Weave.Wire.Sleeve;

/// <summary>One Ethernet frame inside a sleeve datagram. A view: it owns no memory.</summary>
/// <remarks>docs/wire/sleeve.md §2, big-endian: source peer (6) | destination peer (6) | length (2) | frame</remarks>
public readonly ref struct SleeveFrame
{
    public const int HeaderSize = (PeerName.Size * 2) + sizeof(ushort);

    private SleeveFrame(PeerName source, PeerName destination, Span<byte> bytes)
    {
        Source = source;
        Destination = destination;
        Bytes = bytes;
    }

    /// <summary>Where the frame entered the overlay.</summary>
    public PeerName Source { get; }

    /// <summary>Where it leaves; for a flooded copy the next peer on its way.</summary>
    public PeerName Destination { get; }

    /// <summary>The Ethernet frame. May be empty.</summary>
    public Span<byte> Bytes { get; }

    /// <summary>A frame that did not come in a datagram.</summary>
    public static SleeveFrame Of(PeerName source, PeerName destination, Span<byte> bytes) => new(source, destination, bytes);

    /// <summary>Takes the next frame off <paramref name="rest"/>; leaves it untouched when false: at the end, or cut short.</summary>
    public static bool TryRead(ref Span<byte> rest, out SleeveFrame frame)
    {
        frame = default;
        if (rest.Length < HeaderSize)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[(PeerName.Size * 2)..]);
        if (rest.Length < HeaderSize + length)
        {
            return false;
        }

        frame = new SleeveFrame(PeerName.Read(rest), PeerName.Read(rest[PeerName.Size..]), rest.Slice(HeaderSize, length));
        rest = rest[(HeaderSize + length)..];
        return true;
    }

    /// <summary>Writes the header of a frame of <paramref name="length"/> bytes, at most 65,535.</summary>
    public static void WriteHeader(Span<byte> target, PeerName source, PeerName destination, int length)
    {
        source.Write(target);
        destination.Write(target[PeerName.Size..]);
        BinaryPrimitives.WriteUInt16BigEndian(target[(PeerName.Size * 2)..], (ushort)length);
    }
}
