using System.Buffers.Binary;
using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Fuzz.Sleeve;
using Weave.Tests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Tests.Core.Overlay;

/// <summary>A short seeded run of what the fuzz program does at length.</summary>
public sealed class SleeveHostileTests
{
    [Fact]
    public void Any_bytes_are_survived()
    {
        SeededRandom dice = new(20);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] input = dice.Next(2) == 0 ? new byte[dice.Next(200)] : TcpFrames.Random(dice, dice.Next(400));
            if (input.Length > 0 && dice.Next(2) == 0)
            {
                dice.Fill(input);
            }

            for (int flips = dice.Next(6); flips > 0 && input.Length > 0; flips--)
            {
                input[dice.Next(input.Length)] = (byte)dice.Next(256);
            }

            SleeveFuzz.Fuzz(input);
        }
    }

    /// <summary>A flood of them must cost no memory, whatever their sequence words claim.</summary>
    [Theory]
    [InlineData(0UL)]
    [InlineData(0x8000_0000_0000_0001UL)] // the channel that must not be fragmented
    [InlineData(0x0001_0000_0000_0000UL)] // the next epoch of ours: a key is derived once
    [InlineData(0x7FFF_FFFF_FFFF_FFFFUL)]
    public void Refusing_a_forgery_allocates_nothing(ulong word)
    {
        byte[] key = new byte[32];
        SleeveCipher[] ciphers =
        [
            new SecretboxCipher(key, outbound: true),
            new AeadCipher(AeadAlgorithm.ChaCha20Poly1305, key, new PeerName(1), new PeerName(2), 3),
        ];
        byte[] datagram = new byte[1400];
        new SeededRandom(21).Fill(datagram);
        BinaryPrimitives.WriteUInt64BigEndian(datagram.AsSpan(PeerName.Size), word);
        foreach (SleeveCipher cipher in ciphers)
        {
            Assert.Equal(SleeveOpening.Forged, cipher.Open(datagram, out _));
            Allocations.Allocates(0, () => cipher.Open(datagram, out _));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(29)]
    public void Refusing_what_is_too_short_allocates_nothing(int length)
    {
        SecretboxCipher cipher = new(new byte[32], outbound: true);
        byte[] datagram = new byte[length];
        Allocations.Allocates(0, () =>
        {
            SleeveDatagram.TryReadSender(datagram, out _);
            cipher.Open(datagram, out _);
        });
        Assert.Equal(SleeveOpening.TooShort, cipher.Open(datagram, out _));
    }
}
