using Weave.Core.Overlay;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;
using Weave.Wire.Vxlan;

namespace Weave.Fuzz.Sleeve;

/// <summary>
/// Any bytes as a sleeve datagram, opened by every cipher; as a frame, through everything that looks into frames; as
/// control messages of a neighbour that is malicious, with time passing.
/// </summary>
public static class SleeveFuzz
{
    /// <summary>What <see cref="PathMtuSearch"/> goes down to. Answers are given to what is bigger.</summary>
    private const int LowestMtu = 400;

    private const int MaxEffects = 16;

    private static readonly byte[] Key = new byte[32];
    private static readonly SecretboxCipher Secretbox = new(Key, outbound: true);
    private static readonly AeadCipher Aead = new(AeadAlgorithm.ChaCha20Poly1305, Key, new PeerName(1), new PeerName(2), 3);
    private static readonly byte[] Scratch = new byte[70_000];
    private static readonly PlainCipher Plain = new();
    private static readonly Coalescer Joiner = new(new NullSink());

    /// <summary>All of them.</summary>
    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        Datagram(input);
        Frame(input);
        Control(input);
    }

    /// <exception cref="InvalidOperationException">Sealed bytes that nobody sealed were taken.</exception>
    public static void Datagram(ReadOnlySpan<byte> input)
    {
        byte[] datagram = input.ToArray();
        if (Secretbox.Open(datagram, out _) == SleeveOpening.Opened || Aead.Open(datagram, out _) == SleeveOpening.Opened)
        {
            throw new InvalidOperationException("a forgery was taken");
        }

        if (Plain.Open(datagram, out Span<byte> rest) == SleeveOpening.Opened)
        {
            while (SleeveFrame.TryRead(ref rest, out SleeveFrame frame))
            {
                Look(frame.Bytes.ToArray());
            }
        }

    }

    public static void Frame(ReadOnlySpan<byte> input) => Look(input.ToArray());

    /// <summary>Groups of: milliseconds that pass (2) | kind (1) | payload (2).</summary>
    /// <exception cref="InvalidOperationException">An MTU that nothing can be sent with.</exception>
    public static void Control(ReadOnlySpan<byte> input)
    {
        SleeveForwarder machine = new(7, new UnderlayEndpoint(new Ipv4Address(0x0A00_0001), 6783), Secretbox.OverheadBytes);
        List<SleeveEffect> effects = [];
        machine.OnConfirmed(TimeSpan.Zero, effects);
        TimeSpan now = TimeSpan.Zero;
        for (; input.Length >= 5; input = input[5..])
        {
            now += TimeSpan.FromMilliseconds((input[0] << 8) | input[1]);
            int number = (input[3] << 8) | input[4];
            switch (input[2] % 8)
            {
                case 0:
                    machine.OnHeartbeat(now, (ulong)(number % 9), new UnderlayEndpoint(new Ipv4Address((uint)number), input[3]), effects);
                    break;
                case 1:
                    machine.OnTooBig(now, number, effects);
                    break;
                case 2:
                    machine.OnPathMtuHint(now, number, effects);
                    break;
                case 3:
                    machine.OnDeadline(now, TimeSpan.Zero, effects);
                    break;
                default:
                    machine.OnControl(now, (byte)(input[2] >> 3), input.Slice(3, input[2] % 3), effects);
                    break;
            }

            if (machine.Mtu is < LowestMtu or > PathMtuSearch.UnknownMtu || effects.Count > MaxEffects)
            {
                throw new InvalidOperationException($"MTU {machine.Mtu}, {effects.Count} effects of one step");
            }

            effects.Clear();
        }
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
        if (IcmpFragmentationNeeded.Write(frame, LowestMtu, target) > LowestMtu)
        {
            throw new InvalidOperationException("an answer that is bigger than what it answers");
        }

        if (Icmpv6PacketTooBig.Write(frame, LowestMtu, target) is int answer && answer > Math.Min(frame.Length, Icmpv6PacketTooBig.MaxSize))
        {
            throw new InvalidOperationException("an answer that is bigger than what it answers");
        }

        HandoverHeader.TryTake(frame.AsSpan().ToArray(), out _, out _);
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
