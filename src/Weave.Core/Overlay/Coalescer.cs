using System.Buffers.Binary;
using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>
/// Joins TCP segments that follow each other into super-packets, so that the kernel takes dozens of them in one step.
/// The payload is not copied: a super-packet is a list of pieces of the receive buffer.
/// </summary>
/// <remarks>
/// docs/wire/sleeve.md §7. Only what <see cref="Segmenter"/> would cut up into the very same segments is joined: equal
/// headers but for sequence, id, length and checksum; full segments followed by at most one shorter; checksums right.
/// Anything else goes through as it is, behind what waits of the same flow.
/// </remarks>
public sealed class Coalescer(ICoalescerSink sink)
{
    private const int Flows = 8;

    /// <summary>An iovec of the kernel takes 1,024; the 64 KB of a super-packet are 47 segments of 1,400 bytes.</summary>
    private const int MaxPieces = 128;

    private const int MaxIpLength = 65535;

    private readonly Flow[] _flows = [.. Enumerable.Range(0, Flows).Select(_ => new Flow())];
    private int _victim;

    /// <summary>Takes the frame at <paramref name="piece"/> of <paramref name="arena"/>; delivers it now or at <see cref="Flush"/>.</summary>
    public void Add(Span<byte> arena, ArenaPiece piece, ulong tag)
    {
        Span<byte> frame = arena.Slice(piece.Offset, piece.Length);
        if (!TcpSegment.TryLocate(frame, out TcpSegment parts))
        {
            Pass(piece, 0, tag);
            return;
        }

        Flow? flow = Find(arena, frame, parts, tag);
        bool good = IsJoinable(frame, parts) && parts.HasGoodChecksum(frame);
        if (flow is not null && good && CanAppend(arena, flow, frame, parts))
        {
            Append(arena, flow, frame, parts, piece.Offset);
            return;
        }

        if (flow is not null)
        {
            Deliver(arena, flow);
        }

        if (!good || (TcpSegment.Flags(frame, parts.TcpOffset) & TcpSegment.Psh) != 0)
        {
            Pass(piece with { Length = parts.Length }, good ? VirtioNetHeader.DataValid : (byte)0, tag);
            return;
        }

        Start(flow ?? Evict(arena), frame, parts, piece.Offset, tag);
    }

    /// <summary>Delivers everything that waits. Required before the receive buffer is used again.</summary>
    public void Flush(Span<byte> arena)
    {
        foreach (Flow flow in _flows)
        {
            Deliver(arena, flow);
        }
    }

    private void Pass(ArenaPiece piece, byte flags, ulong tag) =>
        sink.Deliver(new VirtioNetHeader(flags, VirtioNetHeader.SegmentNone, 0, 0, 0, 0), new ReadOnlySpan<ArenaPiece>(in piece), tag);

    /// <summary>Data that carries nothing but ACK, perhaps PSH: what the sender's own offload makes.</summary>
    private static bool IsJoinable(ReadOnlySpan<byte> frame, TcpSegment parts) =>
        (TcpSegment.Flags(frame, parts.TcpOffset) & ~TcpSegment.Psh) == TcpSegment.Ack
        && parts.PayloadLength > 0
        && (frame[parts.TcpOffset + 12] & 0x0F) == 0
        && BinaryPrimitives.ReadUInt16BigEndian(frame[(parts.TcpOffset + 18)..]) == 0
        && InternetChecksum.Of(frame[TcpSegment.IpOffset..parts.TcpOffset]) == 0;

    private Flow? Find(ReadOnlySpan<byte> arena, ReadOnlySpan<byte> frame, TcpSegment parts, ulong tag)
    {
        foreach (Flow flow in _flows)
        {
            if (flow.Count > 0 && flow.Tag == tag && SameFlow(arena.Slice(flow.Start, flow.Parts.PayloadOffset), flow.Parts, frame, parts))
            {
                return flow;
            }
        }

        return null;
    }

    /// <summary>Same MAC addresses, IP addresses and ports.</summary>
    private static bool SameFlow(ReadOnlySpan<byte> first, TcpSegment firstParts, ReadOnlySpan<byte> frame, TcpSegment parts) =>
        frame[parts.TcpOffset..(parts.TcpOffset + 4)].SequenceEqual(first[firstParts.TcpOffset..(firstParts.TcpOffset + 4)])
        && frame.Slice(TcpSegment.IpOffset + 12, 8).SequenceEqual(first.Slice(TcpSegment.IpOffset + 12, 8))
        && frame[..12].SequenceEqual(first[..12]);

    private static bool CanAppend(ReadOnlySpan<byte> arena, Flow flow, ReadOnlySpan<byte> frame, TcpSegment parts)
    {
        ReadOnlySpan<byte> first = arena.Slice(flow.Start, flow.Parts.PayloadOffset);
        ReadOnlySpan<byte> ip = frame[TcpSegment.IpOffset..];
        ReadOnlySpan<byte> firstIp = first[TcpSegment.IpOffset..];
        return !flow.Closed
            && flow.Count < MaxPieces
            && parts.TcpOffset == flow.Parts.TcpOffset
            && parts.PayloadOffset == flow.Parts.PayloadOffset
            && parts.PayloadLength <= flow.Parts.PayloadLength
            && flow.PayloadLength + parts.PayloadLength + parts.PayloadOffset - TcpSegment.IpOffset <= MaxIpLength
            && TcpSegment.Sequence(frame, parts.TcpOffset) == flow.NextSequence
            && BinaryPrimitives.ReadUInt16BigEndian(ip[4..]) == (ushort)(BinaryPrimitives.ReadUInt16BigEndian(firstIp[4..]) + flow.Count)
            && ip[..2].SequenceEqual(firstIp[..2])
            && ip.Slice(6, 4).SequenceEqual(firstIp.Slice(6, 4))
            && ip[20..(parts.TcpOffset - TcpSegment.IpOffset)].SequenceEqual(firstIp[20..(parts.TcpOffset - TcpSegment.IpOffset)])
            && SameTcp(first[parts.TcpOffset..], frame[parts.TcpOffset..parts.PayloadOffset]);
    }

    /// <summary>Acknowledgement, window and options are equal; flags are too but for PSH.</summary>
    private static bool SameTcp(ReadOnlySpan<byte> first, ReadOnlySpan<byte> tcp) =>
        tcp[8..13].SequenceEqual(first[8..13])
        && ((tcp[13] ^ first[13]) & ~TcpSegment.Psh) == 0
        && tcp[14..16].SequenceEqual(first[14..16])
        && tcp[20..].SequenceEqual(first[20..]);

    private static void Start(Flow flow, ReadOnlySpan<byte> frame, TcpSegment parts, int offset, ulong tag)
    {
        flow.Start = offset;
        flow.Tag = tag;
        flow.Parts = parts;
        flow.Count = 1;
        flow.Closed = false;
        flow.PayloadLength = parts.PayloadLength;
        flow.NextSequence = TcpSegment.Sequence(frame, parts.TcpOffset) + (uint)parts.PayloadLength;
        flow.Pieces[0] = new ArenaPiece(offset, parts.Length);
    }

    private void Append(Span<byte> arena, Flow flow, ReadOnlySpan<byte> frame, TcpSegment parts, int offset)
    {
        flow.Pieces[flow.Count++] = new ArenaPiece(offset + parts.PayloadOffset, parts.PayloadLength);
        flow.PayloadLength += parts.PayloadLength;
        flow.NextSequence += (uint)parts.PayloadLength;
        bool push = (TcpSegment.Flags(frame, parts.TcpOffset) & TcpSegment.Psh) != 0;
        if (push)
        {
            arena[flow.Start + flow.Parts.TcpOffset + 13] |= TcpSegment.Psh;
        }

        flow.Closed = push || parts.PayloadLength < flow.Parts.PayloadLength;
        if (flow.Closed)
        {
            Deliver(arena, flow);
        }
    }

    private Flow Evict(Span<byte> arena)
    {
        foreach (Flow flow in _flows)
        {
            if (flow.Count == 0)
            {
                return flow;
            }
        }

        Flow victim = _flows[_victim];
        _victim = (_victim + 1) % Flows;
        Deliver(arena, victim);
        return victim;
    }

    private void Deliver(Span<byte> arena, Flow flow)
    {
        if (flow.Count > 1)
        {
            sink.Deliver(WriteSuperHeaders(arena, flow), flow.Pieces.AsSpan(0, flow.Count), flow.Tag);
        }
        else if (flow.Count == 1)
        {
            Pass(flow.Pieces[0], VirtioNetHeader.DataValid, flow.Tag);
        }

        flow.Count = 0;
    }

    /// <summary>Makes the first segment's headers those of the whole; the kernel expects the pseudo-header's sum as checksum.</summary>
    private static VirtioNetHeader WriteSuperHeaders(Span<byte> arena, Flow flow)
    {
        TcpSegment parts = flow.Parts;
        Span<byte> headers = arena.Slice(flow.Start, parts.PayloadOffset);
        Span<byte> ip = headers[TcpSegment.IpOffset..parts.TcpOffset];
        int ipLength = parts.PayloadOffset - TcpSegment.IpOffset + flow.PayloadLength;
        Ipv4Packet.Rewrite(ip, ipLength, BinaryPrimitives.ReadUInt16BigEndian(ip[4..]), BinaryPrimitives.ReadUInt16BigEndian(ip[6..]));
        ulong sum = InternetChecksum.PseudoHeader(ip, Ipv4Packet.Tcp, parts.TcpHeaderSize + flow.PayloadLength);
        BinaryPrimitives.WriteUInt16BigEndian(headers[(parts.TcpOffset + TcpSegment.ChecksumOffset)..], InternetChecksum.Fold(sum));
        return new VirtioNetHeader(
            VirtioNetHeader.NeedsChecksum,
            VirtioNetHeader.SegmentTcp4,
            (ushort)parts.PayloadOffset,
            (ushort)parts.PayloadLength,
            (ushort)parts.TcpOffset,
            TcpSegment.ChecksumOffset);
    }

    /// <summary>Segments of one TCP connection that wait to be delivered together.</summary>
    private sealed class Flow
    {
        internal readonly ArenaPiece[] Pieces = new ArenaPiece[MaxPieces];
        internal int Count;
        internal int Start;
        internal ulong Tag;
        internal TcpSegment Parts;
        internal int PayloadLength;
        internal uint NextSequence;
        internal bool Closed;
    }
}
