using System.Buffers.Binary;
using Weave.Core.Overlay;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Overlay;

/// <summary>Whatever goes through segmenting, sealing, a bad network, opening and joining comes out as it went in, or not at all.</summary>
public sealed class SleeveChainProperties
{
    private const int Seeds = 60;

    public static TheoryData<string> Ciphers => ["plain", "secretbox", "aes-256-gcm", "chacha20-poly1305"];

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void Through_loss_repeats_delay_and_damage_frames_come_out_as_they_were_or_not_at_all(string cipher)
    {
        int joined = 0;
        int lost = 0;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            SleeveChain chain = Chain(cipher, seed);
            chain.Run(impaired: true);
            Assert.Equal(chain.Expected.Select(Convert.ToHexString).Order(), chain.Outputs.Select(Convert.ToHexString).Order());
            TcpFrames.AssertOrderWithinFlows(chain.Expected, chain.Outputs, seed);
            HashSet<string> sent = [.. chain.Frames.Select(Convert.ToHexString)];
            Assert.All(chain.Outputs, frame => Assert.Contains(Convert.ToHexString(frame), sent));
            joined += chain.Joined;
            lost += sent.Count - chain.Outputs.Select(Convert.ToHexString).Distinct().Count();
        }

        Assert.True(joined > 1000 && lost > 100, $"{joined} joined, {lost} lost: that tries nothing");
    }

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void Through_a_good_network_all_that_went_in_comes_out(string cipher)
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            SleeveChain chain = Chain(cipher, seed);
            chain.Run(impaired: false);
            foreach (byte[] input in chain.Inputs)
            {
                byte[] got = TcpSegment.TryLocate(input, out TcpSegment parts) ? Stream(input, parts, chain.Outputs) : Packet(input, chain.Outputs);
                Assert.True(input.AsSpan(input.Length - got.Length).SequenceEqual(got) && got.Length > 0, $"seed {seed}");
            }
        }
    }

    private static SleeveChain Chain(string cipher, ulong seed)
    {
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i + (int)seed))];
        return new SleeveChain(End(cipher, key, 1), End(cipher, key, 2), seed);
    }

    private static SleeveCipher End(string cipher, byte[] key, ulong self) => cipher switch
    {
        "plain" => new PlainCipher(),
        "secretbox" => new SecretboxCipher(key, outbound: self == 1),
        "aes-256-gcm" => new AeadCipher(AeadAlgorithm.Aes256Gcm, key, new PeerName(self), new PeerName(3 - self), 7),
        _ => new AeadCipher(AeadAlgorithm.ChaCha20Poly1305, key, new PeerName(self), new PeerName(3 - self), 7),
    };

    /// <summary>The bytes of a TCP stream, put where their sequence numbers say.</summary>
    private static byte[] Stream(byte[] input, TcpSegment parts, List<byte[]> frames)
    {
        byte[] payload = new byte[parts.PayloadLength];
        int covered = 0;
        foreach (byte[] frame in frames.Where(frame => TcpFrames.FlowOf(frame) == TcpFrames.FlowOf(input)))
        {
            Assert.True(TcpSegment.TryLocate(frame, out TcpSegment piece));
            uint offset = TcpSegment.Sequence(frame, piece.TcpOffset) - TcpSegment.Sequence(input, parts.TcpOffset);
            frame.AsSpan(piece.PayloadOffset, piece.PayloadLength).CopyTo(payload.AsSpan((int)offset));
            covered += piece.PayloadLength;
        }

        Assert.Equal(payload.Length, covered);
        return payload;
    }

    /// <summary>The payload of a packet, put together from its fragments; of what is no IP, the frame.</summary>
    private static byte[] Packet(byte[] input, List<byte[]> frames)
    {
        if (!Ipv4Packet.TryReadFrame(input, out Ipv4Packet whole))
        {
            return Assert.Single(frames, frame => frame.AsSpan().SequenceEqual(input));
        }

        byte[] payload = new byte[whole.Payload.Length];
        int covered = 0;
        foreach (byte[] frame in frames)
        {
            if (Ipv4Packet.TryReadFrame(frame, out Ipv4Packet piece) && piece.Id == whole.Id && piece.Source == whole.Source
                && piece.Protocol == Ipv4Packet.Udp && BinaryPrimitives.ReadUInt32BigEndian(piece.Bytes[16..]) == BinaryPrimitives.ReadUInt32BigEndian(whole.Bytes[16..]))
            {
                piece.Payload.CopyTo(payload.AsSpan((piece.FlagsAndOffset & Ipv4Packet.OffsetMask) * 8));
                covered += piece.Payload.Length;
            }
        }

        Assert.Equal(payload.Length, covered);
        return payload;
    }
}
