using Weave.Core.Overlay;
using Weave.Wire.Packet;

namespace Weave.Tests.Core.Overlay;

/// <summary>Cuts what a coalescer gives it up again, as the kernel would.</summary>
internal sealed class CuttingSink : ICoalescerSink
{
    internal byte[] Arena { get; set; } = [];

    internal List<byte[]> Frames { get; } = [];

    internal int Deliveries { get; private set; }

    public void Deliver(in VirtioNetHeader header, ReadOnlySpan<ArenaPiece> pieces, ulong tag)
    {
        Deliveries++;
        List<byte> bytes = [];
        foreach (ArenaPiece piece in pieces)
        {
            bytes.AddRange(Arena.AsSpan(piece.Offset, piece.Length));
        }

        byte[] frame = [.. bytes];
        if (header.Kind == VirtioNetHeader.SegmentNone)
        {
            Frames.Add(frame);
            return;
        }

        Assert.Equal(VirtioNetHeader.SegmentTcp4, header.Kind);
        Assert.True(TcpSegment.TryLocate(frame, out TcpSegment parts));
        Assert.Equal(frame.Length, parts.Length);
        Assert.Equal((parts.TcpOffset, parts.PayloadOffset), (header.ChecksumStart, header.HeaderLength));
        byte[] finished = [.. frame];
        Assert.True(ChecksumFiller.TryFill(finished, header));
        Assert.True(parts.HasGoodChecksum(finished));
        Frames.AddRange(TcpFrames.Cut(frame, header.SegmentSize));
    }
}
