using Weave.Core.Overlay;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Fuzz.Sleeve;

/// <summary>Any bytes as a sleeve datagram, opened by every cipher, and as a frame through everything that looks into frames.</summary>
public static class SleeveFuzz
{
    private static readonly byte[] Key = new byte[32];
    private static readonly SecretboxCipher Secretbox = new(Key, outbound: true);
    private static readonly AeadCipher Aead = new(AeadAlgorithm.ChaCha20Poly1305, Key, new PeerName(1), new PeerName(2), 3);
    private static readonly byte[] Scratch = new byte[70_000];
    private static readonly PlainCipher Plain = new();
    private static readonly Coalescer Joiner = new(new NullSink());

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        byte[] datagram = input.ToArray();
        Secretbox.Open(datagram, out _);
        Aead.Open(datagram, out _);
        if (Plain.Open(datagram, out Span<byte> rest) == SleeveOpening.Opened)
        {
            while (SleeveFrame.TryRead(ref rest, out SleeveFrame frame))
            {
                Look(frame.Bytes.ToArray());
            }
        }

        Look(input.ToArray());
    }

    private static void Look(byte[] frame)
    {
        if (SpecialFrame.Is(frame))
        {
            return;
        }

        Joiner.Add(frame, new ArenaPiece(0, frame.Length), 0);
        Joiner.Flush(frame);
        Span<byte> target = Scratch;
        IcmpFragmentationNeeded.Write(frame, 1400, target);
        if (Fragmenter.TryPlan(frame, 576, out Fragmenter pieces))
        {
            for (int i = 0; i < pieces.Count; i++)
            {
                pieces.Write(i, target);
            }
        }

        if (frame.Length >= VirtioNetHeader.Size)
        {
            VirtioNetHeader header = VirtioNetHeader.Read(frame);
            if (Segmenter.TryPlan(frame, header.SegmentSize, out Segmenter segments))
            {
                for (int i = 0; i < segments.Count; i++)
                {
                    segments.Write(i, target);
                }
            }

            ChecksumFiller.TryFill(frame, header);
        }
    }

    private sealed class NullSink : ICoalescerSink
    {
        public void Deliver(in VirtioNetHeader header, ReadOnlySpan<ArenaPiece> pieces, ulong tag)
        {
        }
    }
}
