using System.Buffers.Binary;

namespace Weave.Wire.Vxlan;

/// <summary>
/// Heartbeat of the fast datapath: as long as the largest frame, to prove that such frames pass. A view: it owns no memory.
/// </summary>
/// <remarks>
/// Big-endian, docs/wire/vxlan.md §2:
/// zeroes in place of the Ethernet header (14) | connection UID (8) | length of the whole frame (2) | hearing (1) | zeroes
/// </remarks>
public readonly ref struct FastHeartbeat
{
    /// <summary>What must be there to be looked at.</summary>
    public const int HeadSize = HearingOffset + 1;

    private const int HearingOffset = EthernetSize + sizeof(ulong) + sizeof(ushort);

    private const int EthernetSize = 14;
    private const int MacsSize = 12;

    private FastHeartbeat(ulong connectionUid, int statedLength, Hearing hearing)
    {
        ConnectionUid = connectionUid;
        StatedLength = statedLength;
        Hearing = hearing;
    }

    /// <summary>Which connection it belongs to: the XOR of both sides' ConnIDs.</summary>
    public ulong ConnectionUid { get; }

    /// <summary>How long the frame was when it was sent.</summary>
    public int StatedLength { get; }

    /// <summary>Whether the sender hears us; values that we do not know count as <see cref="Hearing.Unsaid"/>.</summary>
    public Hearing Hearing { get; }

    /// <summary>Length of the heartbeats of a datapath device with this MTU.</summary>
    public static int LengthFor(int mtuBytes) => EthernetSize + mtuBytes;

    /// <summary>Both MAC addresses are zero: not a frame of anybody's, but one between the datapaths.</summary>
    public static bool IsSpecial(ReadOnlySpan<byte> frame) =>
        frame.Length >= EthernetSize && frame[..MacsSize].IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Reads the head of a special frame; false when it is not one or too short to be a heartbeat.</summary>
    public static bool TryRead(ReadOnlySpan<byte> head, out FastHeartbeat heartbeat)
    {
        heartbeat = default;
        if (head.Length < HeadSize || !IsSpecial(head))
        {
            return false;
        }

        Hearing hearing = (Hearing)head[HearingOffset];
        heartbeat = new FastHeartbeat(
            BinaryPrimitives.ReadUInt64BigEndian(head[EthernetSize..]),
            BinaryPrimitives.ReadUInt16BigEndian(head[(EthernetSize + sizeof(ulong))..]),
            hearing is Hearing.Heard or Hearing.NotHeard ? hearing : Hearing.Unsaid);
        return true;
    }

    /// <summary>Fills <paramref name="frame"/>, whose length is the frame's.</summary>
    public static void Write(Span<byte> frame, ulong connectionUid, Hearing hearing = Hearing.Unsaid)
    {
        frame.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(frame[EthernetSize..], connectionUid);
        BinaryPrimitives.WriteUInt16BigEndian(frame[(EthernetSize + sizeof(ulong))..], (ushort)frame.Length);
        frame[HearingOffset] = (byte)hearing;
    }
}
