using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>Cuts an IPv4 packet inside an Ethernet frame into fragments, where the underlay's own fragmentation is not trusted.</summary>
/// <remarks>
/// docs/wire/sleeve.md §7. Identification and options are repeated in every piece; offsets go on from the offset that
/// the packet had; all but the last piece get "more fragments", the last keeps the flags that were there. Tags of the frame
/// (802.1Q) are repeated, too, and take of the MTU what they need.
/// </remarks>
public readonly ref struct Fragmenter
{
    private const int MinFrame = 60;

    private readonly Span<byte> _tags;
    private readonly Span<byte> _frame;
    private readonly int _ipHeaderSize;
    private readonly int _payloadSize;
    private readonly int _step;
    private readonly ushort _flagsAndOffset;
    private readonly ushort _id;

    /// <summary><paramref name="frame"/> begins as many bytes late as <paramref name="tags"/> has.</summary>
    private Fragmenter(Span<byte> tags, Span<byte> frame, Ipv4Packet packet, int step)
    {
        _tags = tags;
        _frame = frame;
        _ipHeaderSize = packet.HeaderSize;
        _payloadSize = packet.Payload.Length;
        _flagsAndOffset = packet.FlagsAndOffset;
        _id = packet.Id;
        _step = step;
    }

    /// <summary>Number of pieces.</summary>
    public int Count => (_payloadSize + _step - 1) / _step;

    /// <summary>Plans the cut of <paramref name="frame"/>; false when it is not IPv4 or the MTU leaves no room for payload.</summary>
    public static bool TryPlan(Span<byte> frame, int mtuBytes, out Fragmenter plan)
    {
        plan = default;
        int tags = EthernetFrame.TagsOf(frame);
        if (!Ipv4Packet.TryReadFrame(frame[tags..], out Ipv4Packet packet))
        {
            return false;
        }

        int step = (mtuBytes - tags - packet.HeaderSize) & ~7;
        if (step <= 0)
        {
            return false;
        }

        plan = new Fragmenter(frame[..tags], frame[tags..], packet, step);
        return true;
    }

    /// <summary>Bytes of the whole frame of piece <paramref name="index"/>, padded to what Ethernet requires.</summary>
    public int LengthOf(int index) => _tags.Length + Untagged(index);

    private int Untagged(int index) => Math.Max(MinFrame, EthernetFrame.HeaderSize + _ipHeaderSize + PayloadOf(index));

    /// <summary>Writes piece <paramref name="index"/>, which takes <see cref="LengthOf"/> bytes.</summary>
    public void Write(int index, Span<byte> target)
    {
        _tags.CopyTo(target);
        target = target[_tags.Length..];
        int headers = EthernetFrame.HeaderSize + _ipHeaderSize;
        int offset = index * _step;
        int payload = PayloadOf(index);
        _frame[..headers].CopyTo(target);
        _frame.Slice(headers + offset, payload).CopyTo(target[headers..]);
        target[(headers + payload)..Untagged(index)].Clear();
        bool last = offset + payload == _payloadSize;
        ushort flags = (ushort)(_flagsAndOffset & ~Ipv4Packet.OffsetMask);
        ushort place = (ushort)((_flagsAndOffset & Ipv4Packet.OffsetMask) + (offset >> 3));
        ushort field = (ushort)((last ? flags : flags | Ipv4Packet.MoreFragmentsFlag) | (place & Ipv4Packet.OffsetMask));
        Ipv4Packet.Rewrite(target.Slice(EthernetFrame.HeaderSize, _ipHeaderSize), _ipHeaderSize + payload, _id, field);
    }

    private int PayloadOf(int index) => Math.Min(_step, _payloadSize - (index * _step));
}
