using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Tests.Core.Overlay;

/// <summary>Our own sealing, held against the platform's implementations of HMAC, AES-GCM and ChaCha20-Poly1305.</summary>
public sealed class AeadCipherTests
{
    private const ulong Uid = 0x0102_0304_0506_0708;
    private static readonly byte[] SessionKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly PeerName Left = new(1);
    private static readonly PeerName Right = new(2);

    public static TheoryData<AeadAlgorithm> Algorithms => [AeadAlgorithm.Aes256Gcm, AeadAlgorithm.ChaCha20Poly1305];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Datagrams_are_what_the_document_says(AeadAlgorithm algorithm)
    {
        AeadCipher cipher = new(algorithm, SessionKey, Left, Right, Uid);
        cipher.Rekey(TimeSpan.Zero);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            cipher.Rekey(TimeSpan.FromHours(epoch));
            byte[] datagram = Datagram(100);
            byte[] plain = datagram[SleeveDatagram.SealedHeaderSize..];
            cipher.Seal(datagram, dontFragment: true);
            ulong word = BinaryPrimitives.ReadUInt64BigEndian(datagram.AsSpan(6));
            Assert.Equal((1UL << 63) | ((ulong)(uint)epoch << 48) | (uint)epoch, word);
            Assert.Equal(plain, OpenByHand(algorithm, datagram, Left, Right, epoch));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void The_other_end_opens_what_was_sealed_once_and_across_new_keys(AeadAlgorithm algorithm)
    {
        AeadCipher left = new(algorithm, SessionKey, Left, Right, Uid);
        AeadCipher right = new(algorithm, SessionKey, Right, Left, Uid);
        byte[]? late = null;
        for (int hour = 0; hour < 5; hour++)
        {
            left.Rekey(TimeSpan.FromHours(hour));
            byte[] datagram = Datagram(64);
            left.Seal(datagram, dontFragment: hour % 2 == 0);
            byte[] copy = [.. datagram];
            byte[] old = Datagram(64);
            left.Seal(old, dontFragment: false);
            Assert.Equal(SleeveOpening.Opened, right.Open(datagram, out _));
            Assert.Equal(SleeveOpening.Replayed, right.Open(copy, out _));
            if (late is not null)
            {
                Assert.Equal(SleeveOpening.Opened, right.Open(late, out _));
            }

            late = old;
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Nothing_can_be_sent_back_to_where_it_came_from(AeadAlgorithm algorithm)
    {
        AeadCipher left = new(algorithm, SessionKey, Left, Right, Uid);
        byte[] datagram = Datagram(64);
        left.Seal(datagram, dontFragment: true);
        Assert.Equal(SleeveOpening.Forged, left.Open(datagram, out _));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Every_bit_is_authenticated(AeadAlgorithm algorithm)
    {
        AeadCipher left = new(algorithm, SessionKey, Left, Right, Uid);
        AeadCipher right = new(algorithm, SessionKey, Right, Left, Uid);
        byte[] datagram = Datagram(40);
        left.Seal(datagram, dontFragment: true);
        for (int bit = 0; bit < datagram.Length * 8; bit++)
        {
            byte[] changed = [.. datagram];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(SleeveOpening.Forged, right.Open(changed, out _));
        }

        Assert.Equal(SleeveOpening.Opened, right.Open(datagram, out _));
    }

    /// <summary>Empty bodies as well: nothing may be mistaken for the header, and no size may fail.</summary>
    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Every_size_is_sealed_and_opened_and_refused_when_forged(AeadAlgorithm algorithm)
    {
        AeadCipher left = new(algorithm, SessionKey, Left, Right, Uid);
        AeadCipher right = new(algorithm, SessionKey, Right, Left, Uid);
        foreach (int body in Enumerable.Range(0, 300).Append(1472).Append(60_001).Append(SleeveDatagram.MaxSize - SleeveDatagram.SealedHeaderSize))
        {
            byte[] datagram = Datagram(body);
            byte[] plain = datagram[SleeveDatagram.SealedHeaderSize..];
            left.Seal(datagram, dontFragment: false);
            byte[] forged = [.. datagram];
            forged[SleeveDatagram.TagOffset] ^= 1;
            Assert.Equal(SleeveOpening.Forged, right.Open(forged, out _));
            Assert.Equal(plain, OpenByHand(algorithm, datagram, Left, Right, 0));
            Assert.Equal(SleeveOpening.Opened, right.Open(datagram, out Span<byte> frames));
            Assert.True(frames.SequenceEqual(plain), $"{body} bytes");
        }
    }

    /// <summary>Each thread has a context of its own, and no counter is given out twice.</summary>
    [Fact]
    public void Many_threads_seal_at_once_and_everything_opens_once()
    {
        const int Threads = 8;
        const int Each = 500;
        AeadCipher left = new(AeadAlgorithm.Aes256Gcm, SessionKey, Left, Right, Uid);
        AeadCipher right = new(AeadAlgorithm.Aes256Gcm, SessionKey, Right, Left, Uid);
        byte[][] datagrams = [.. Enumerable.Range(0, Threads * Each).Select(i => Datagram(i % 200))];
        Parallel.For(0, Threads, thread =>
        {
            for (int i = thread * Each; i < (thread + 1) * Each; i++)
            {
                left.Seal(datagrams[i], dontFragment: i % 2 == 0);
            }
        });
        Assert.All(datagrams, datagram => Assert.Equal(SleeveOpening.Opened, right.Open(datagram, out _)));
    }

    [Fact]
    public void Another_connection_cipher_or_key_cannot_open_it()
    {
        AeadCipher left = new(AeadAlgorithm.Aes256Gcm, SessionKey, Left, Right, Uid);
        byte[] datagram = Datagram(40);
        left.Seal(datagram, dontFragment: true);
        AeadCipher[] others =
        [
            new(AeadAlgorithm.Aes256Gcm, SessionKey, Right, Left, Uid + 1),
            new(AeadAlgorithm.ChaCha20Poly1305, SessionKey, Right, Left, Uid),
            new(AeadAlgorithm.Aes256Gcm, [.. SessionKey.Reverse()], Right, Left, Uid),
        ];
        Assert.All(others, other => Assert.Equal(SleeveOpening.Forged, other.Open([.. datagram], out _)));
    }

    [Theory]
    [InlineData("aes-256-gcm chacha20-poly1305", "aes-256-gcm chacha20-poly1305", AeadAlgorithm.Aes256Gcm)]
    [InlineData("aes-256-gcm chacha20-poly1305", "chacha20-poly1305", AeadAlgorithm.ChaCha20Poly1305)]
    [InlineData("chacha20-poly1305", "aes-256-gcm chacha20-poly1305", AeadAlgorithm.ChaCha20Poly1305)]
    [InlineData("aes-256-gcm", "chacha20-poly1305", null)]
    [InlineData("aes-256-gcm", null, null)]
    [InlineData("aes-256-gcm", "something new aes-256-gcm", AeadAlgorithm.Aes256Gcm)]
    public void Both_ends_choose_alike(string ours, string? theirs, AeadAlgorithm? chosen)
    {
        Assert.Equal(chosen, AeadChoice.Common(ours, theirs));
        Assert.Equal(chosen, AeadChoice.Common(theirs, ours));
    }

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        AeadCipher left = new(AeadAlgorithm.Aes256Gcm, SessionKey, Left, Right, Uid);
        AeadCipher right = new(AeadAlgorithm.Aes256Gcm, SessionKey, Right, Left, Uid);
        SecretboxCipher nacl = new(SessionKey, outbound: true);
        SecretboxCipher far = new(SessionKey, outbound: false);
        byte[] datagram = Datagram(1400);
        Allocations.Allocates(0, () =>
        {
            left.Seal(datagram, dontFragment: true);
            right.Open(datagram, out _);
            nacl.Seal(datagram, dontFragment: true);
            far.Open(datagram, out _);
        });
    }

    /// <summary>HKDF from HMAC as RFC 5869 writes it, and the platform's AEAD.</summary>
    private static byte[] OpenByHand(AeadAlgorithm algorithm, byte[] datagram, PeerName sender, PeerName receiver, int epoch)
    {
        string name = algorithm == AeadAlgorithm.Aes256Gcm ? "aes-256-gcm" : "chacha20-poly1305";
        List<byte> info = [.. Encoding.ASCII.GetBytes($"weave sleeve 1 {name}"), 0];
        byte[] numbers = new byte[24];
        sender.Write(numbers);
        receiver.Write(numbers.AsSpan(6));
        BinaryPrimitives.WriteUInt64BigEndian(numbers.AsSpan(12), Uid);
        BinaryPrimitives.WriteInt32BigEndian(numbers.AsSpan(20), epoch);
        info.AddRange(numbers);
        info.Add(1);
        byte[] key = HMACSHA256.HashData(HMACSHA256.HashData(new byte[32], SessionKey), info.ToArray());

        byte[] nonce = [0, 0, 0, 0, .. datagram[6..14]];
        byte[] plain = new byte[datagram.Length - 30];
        if (algorithm == AeadAlgorithm.Aes256Gcm)
        {
            using AesGcm aes = new(key, 16);
            aes.Decrypt(nonce, datagram.AsSpan(30), datagram.AsSpan(14, 16), plain, datagram.AsSpan(0, 14));
        }
        else
        {
            using ChaCha20Poly1305 chacha = new(key);
            chacha.Decrypt(nonce, datagram.AsSpan(30), datagram.AsSpan(14, 16), plain, datagram.AsSpan(0, 14));
        }

        return plain;
    }

    private static byte[] Datagram(int body)
    {
        byte[] datagram = new byte[SleeveDatagram.SealedHeaderSize + body];
        new SeededRandom((ulong)body).Fill(datagram);
        Left.Write(datagram);
        return datagram;
    }
}
