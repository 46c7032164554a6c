using System.Buffers.Binary;
using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>Cuts a TCP super-packet, as the kernel hands it over, into the segments that a network card would send.</summary>
/// <remarks>
/// docs/wire/sleeve.md §7. Sequence numbers and IP ids count up; FIN and PSH stay on the last segment, CWR on the first;
/// each segment gets checksums of its own. Tags of the frame (802.1Q) are repeated in each.
/// </remarks>
public readonly ref struct Segmenter
{
    private readonly ReadOnlySpan<byte> _tags;
    private readonly ReadOnlySpan<byte> _frame;
    private readonly TcpSegment _parts;
    private readonly int _step;

    /// <summary><paramref name="frame"/> begins as many bytes late as <paramref name="tags"/> has, so that its parts are where they are without tags.</summary>
    private Segmenter(ReadOnlySpan<byte> tags, ReadOnlySpan<byte> frame, TcpSegment parts, int step)
    {
        _tags = tags;
        _frame = frame;
        _parts = parts;
        _step = step;
    }

    /// <summary>Number of segments.</summary>
    public int Count => Math.Max(1, (_parts.PayloadLength + _step - 1) / _step);

    /// <summary>Bytes of the frame of every segment but the last.</summary>
    public int FullLength => LengthOf(0);

    /// <summary>The packet must not be fragmented.</summary>
    public bool DontFragment => (_frame[TcpSegment.IpOffset + 6] & (Ipv4Packet.DontFragmentFlag >> 8)) != 0;

    /// <summary>Plans the cut; false when <paramref name="frame"/> is not TCP over IPv4 or the size makes no sense.</summary>
    public static bool TryPlan(ReadOnlySpan<byte> frame, int segmentSize, out Segmenter plan)
    {
        int tags = EthernetFrame.TagsOf(frame);
        bool can = TcpSegment.TryLocate(frame[tags..], out TcpSegment parts) && segmentSize > 0;
        plan = can ? new Segmenter(frame[..tags], frame[tags..], parts, segmentSize) : default;
        return can;
    }

    /// <summary>Bytes of the frame of segment <paramref name="index"/>.</summary>
    public int LengthOf(int index) => _tags.Length + _parts.PayloadOffset + PayloadOf(index);

    /// <summary>Writes segment <paramref name="index"/>, which takes <see cref="LengthOf"/> bytes.</summary>
    public void Write(int index, Span<byte> target)
    {
        _tags.CopyTo(target);
        target = target[_tags.Length..];
        int payload = PayloadOf(index);
        int offset = index * _step;
        _frame[.._parts.PayloadOffset].CopyTo(target);
        _frame.Slice(_parts.PayloadOffset + offset, payload).CopyTo(target[_parts.PayloadOffset..]);

        Span<byte> ip = target[TcpSegment.IpOffset.._parts.TcpOffset];
        ushort id = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(ip[4..]) + index);
        Ipv4Packet.Rewrite(ip, _parts.PayloadOffset - TcpSegment.IpOffset + payload, id, BinaryPrimitives.ReadUInt16BigEndian(ip[6..]));

        Span<byte> tcp = target[_parts.TcpOffset..(_parts.PayloadOffset + payload)];
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]) + (uint)offset);
        tcp[13] &= FlagsOf(index);
        tcp.Slice(TcpSegment.ChecksumOffset, sizeof(ushort)).Clear();
        ulong sum = InternetChecksum.Add(InternetChecksum.PseudoHeader(ip, Ipv4Packet.Tcp, tcp.Length), tcp);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[TcpSegment.ChecksumOffset..], InternetChecksum.Finish(sum));
    }

    private int PayloadOf(int index) => Math.Min(_step, _parts.PayloadLength - (index * _step));

    /// <summary>Which flags of the super-packet segment <paramref name="index"/> may carry.</summary>
    private byte FlagsOf(int index)
    {
        int flags = 0xFF;
        if (index > 0)
        {
            flags &= ~TcpSegment.CongestionWindowReduced;
        }

        if (index < Count - 1)
        {
            flags &= ~(TcpSegment.Fin | TcpSegment.Psh);
        }

        return (byte)flags;
    }
}
