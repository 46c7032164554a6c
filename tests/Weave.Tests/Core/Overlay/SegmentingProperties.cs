using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Packet;

namespace Weave.Tests.Core.Overlay;

/// <summary>Super-packets: what is cut, mixed with other traffic, and joined comes out as it went in.</summary>
public sealed class SegmentingProperties
{
    [Fact]
    public void Segments_say_together_what_the_whole_said()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            SeededRandom dice = new(seed);
            byte[] whole = TcpFrames.Random(dice, 1 + dice.Next(60_000));
            Assert.True(TcpSegment.TryLocate(whole, out TcpSegment parts));
            whole[parts.TcpOffset + 13] |= (byte)(dice.Next(2) == 0 ? TcpSegment.Psh : TcpSegment.Fin);
            int size = 500 + dice.Next(1400);
            List<byte[]> segments = TcpFrames.Cut(whole, size);

            List<byte> payload = [];
            for (int i = 0; i < segments.Count; i++)
            {
                byte[] segment = segments[i];
                Assert.True(TcpSegment.TryLocate(segment, out TcpSegment piece), $"seed {seed}");
                Assert.True(piece.HasGoodChecksum(segment), $"seed {seed}");
                Assert.Equal(0, InternetChecksum.Of(segment.AsSpan(14..piece.TcpOffset)));
                Assert.Equal(TcpSegment.Sequence(whole, parts.TcpOffset) + (uint)payload.Count, TcpSegment.Sequence(segment, piece.TcpOffset));
                bool last = i == segments.Count - 1;
                int marks = TcpSegment.Flags(whole, parts.TcpOffset) & (TcpSegment.Psh | TcpSegment.Fin);
                Assert.Equal(last ? marks : 0, TcpSegment.Flags(segment, piece.TcpOffset) & (TcpSegment.Psh | TcpSegment.Fin));
                payload.AddRange(segment.AsSpan(piece.PayloadOffset..piece.Length));
            }

            Assert.True(payload.ToArray().AsSpan().SequenceEqual(whole.AsSpan(parts.PayloadOffset)), $"seed {seed}");
        }
    }

    [Fact]
    public void What_is_joined_cuts_up_into_the_very_same_segments_whatever_the_order_and_loss()
    {
        int joined = 0;
        for (ulong seed = 1; seed <= 200; seed++)
        {
            SeededRandom dice = new(seed);
            List<byte[]> sent = Traffic(dice);
            Impair(dice, sent);
            CuttingSink sink = new();
            byte[] arena = [.. sent.SelectMany(frame => frame)];
            sink.Arena = arena;
            Coalescer coalescer = new(sink);
            int offset = 0;
            foreach (byte[] frame in sent)
            {
                coalescer.Add(arena, new ArenaPiece(offset, frame.Length), 0);
                offset += frame.Length;
            }

            coalescer.Flush(arena);
            joined += sent.Count - sink.Deliveries;
            Assert.Equal(sent.Select(Convert.ToHexString).Order(), sink.Frames.Select(Convert.ToHexString).Order());
            TcpFrames.AssertOrderWithinFlows(sent, sink.Frames, seed);
        }

        Assert.True(joined > 2_000, $"only {joined} joined");
    }

    [Fact]
    public void A_segment_with_a_wrong_checksum_is_passed_on_as_it_is()
    {
        SeededRandom dice = new(7);
        List<byte[]> segments = TcpFrames.Cut(TcpFrames.Random(dice, 10_000), 1000);
        segments[4][^1] ^= 0x40;
        byte[] arena = [.. segments.SelectMany(frame => frame)];
        CuttingSink sink = new() { Arena = arena };
        Coalescer coalescer = new(sink);
        int offset = 0;
        foreach (byte[] frame in segments)
        {
            coalescer.Add(arena, new ArenaPiece(offset, frame.Length), 0);
            offset += frame.Length;
        }

        coalescer.Flush(arena);
        Assert.Contains(sink.Frames, frame => frame.AsSpan().SequenceEqual(segments[4]));
        Assert.Equal(segments.Count, sink.Frames.Count);
    }

    [Fact]
    public void Cutting_and_joining_allocate_nothing()
    {
        byte[] whole = TcpFrames.Random(new SeededRandom(3), 60_000);
        byte[] arena = new byte[70_000];
        Coalescer coalescer = new(new NullSink());
        Allocations.Allocates(0, () =>
        {
            Segmenter.TryPlan(whole, 1374, out Segmenter plan);
            int used = 0;
            for (int i = 0; i < plan.Count; i++)
            {
                plan.Write(i, arena.AsSpan(used));
                coalescer.Add(arena, new ArenaPiece(used, plan.LengthOf(i)), 0);
                used += plan.LengthOf(i);
            }

            coalescer.Flush(arena);
        });
    }

    [Fact]
    public void The_checksum_agrees_with_a_naive_twin()
    {
        SeededRandom dice = new(11);
        for (int length = 0; length < 300; length++)
        {
            byte[] bytes = new byte[length];
            dice.Fill(bytes);
            uint sum = 0;
            for (int i = 0; i < length; i++)
            {
                sum += (uint)(bytes[i] << (i % 2 == 0 ? 8 : 0));
            }

            while (sum > 0xFFFF)
            {
                sum = (sum & 0xFFFF) + (sum >> 16);
            }

            Assert.Equal((ushort)~sum, InternetChecksum.Of(bytes));
        }
    }

    [Fact]
    public void Fragments_say_together_what_the_whole_said()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            SeededRandom dice = new(seed);
            byte[] whole = TcpFrames.Random(dice, 1 + dice.Next(9000));
            Ipv4Packet.TryReadFrame(whole, out Ipv4Packet packet);
            int mtu = 100 + dice.Next(1500);
            Assert.True(Fragmenter.TryPlan(whole, mtu, out Fragmenter plan));
            byte[] payload = new byte[packet.Payload.Length];
            for (int i = 0; i < plan.Count; i++)
            {
                byte[] piece = new byte[plan.LengthOf(i)];
                plan.Write(i, piece);
                Assert.True(piece.Length <= mtu + 14);
                Assert.True(Ipv4Packet.TryReadFrame(piece, out Ipv4Packet fragment));
                Assert.Equal(0, InternetChecksum.Of(fragment.Header));
                Assert.Equal(i < plan.Count - 1, (fragment.FlagsAndOffset & Ipv4Packet.MoreFragmentsFlag) != 0);
                fragment.Payload.CopyTo(payload.AsSpan((fragment.FlagsAndOffset & Ipv4Packet.OffsetMask) * 8));
            }

            Assert.True(packet.Payload.SequenceEqual(payload), $"seed {seed}");
        }
    }

    /// <summary>Segments of a few super-packets, woven into each other.</summary>
    private static List<byte[]> Traffic(SeededRandom dice)
    {
        List<Queue<byte[]>> flows = [];
        for (int i = 0; i < 1 + dice.Next(12); i++)
        {
            flows.Add(new Queue<byte[]>(TcpFrames.Cut(TcpFrames.Random(dice, dice.Next(20_000)), 400 + dice.Next(1000))));
        }

        List<byte[]> woven = [];
        while (flows.Count > 0)
        {
            Queue<byte[]> flow = flows[dice.Next(flows.Count)];
            for (int run = 1 + dice.Next(10); run > 0 && flow.TryDequeue(out byte[]? segment); run--)
            {
                woven.Add(segment);
            }

            flows.RemoveAll(candidate => candidate.Count == 0);
        }

        return woven;
    }

    /// <summary>Loses some, swaps some, repeats some, breaks some, pads some.</summary>
    private static void Impair(SeededRandom dice, List<byte[]> frames)
    {
        for (int i = frames.Count - 1; i >= 0; i--)
        {
            switch (dice.Next(60))
            {
                case 0:
                    frames.RemoveAt(i);
                    break;
                case 1 when i > 0:
                    (frames[i], frames[i - 1]) = (frames[i - 1], frames[i]);
                    break;
                case 2:
                    frames.Insert(i, frames[i]);
                    break;
                case 3:
                    frames[i] = [.. frames[i]];
                    frames[i][dice.Next(frames[i].Length)] ^= 0x10;
                    break;
            }
        }
    }

    private sealed class NullSink : ICoalescerSink
    {
        public void Deliver(in VirtioNetHeader header, ReadOnlySpan<ArenaPiece> pieces, ulong tag)
        {
        }
    }
}
