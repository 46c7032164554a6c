using System.Buffers.Binary;
using Weave.Wire.Sleeve;

namespace Weave.Core.Overlay;

/// <summary>NaCl secretbox (XSalsa20-Poly1305), which every peer has.</summary>
/// <remarks>
/// docs/wire/sleeve.md §3. The nonce is not sent: byte 0 is 0x80 when the sender dialled the connection, bytes 1 to 15
/// are zero, bytes 16 to 23 are the sequence word: bit 63 the channel, the rest its counter.
/// </remarks>
/// <param name="sessionKey">32 bytes: the key of the TCP connection.</param>
/// <param name="outbound">We dialled.</param>
public sealed class SecretboxCipher(byte[] sessionKey, bool outbound) : SleeveCipher
{
    private const int NonceSize = 24;
    private const byte DiallerBit = 0x80;

    private readonly ReplayWindow _dontFragmentSeen = new();
    private readonly ReplayWindow _otherSeen = new();

    public override string Name => "xsalsa20-poly1305";

    public override int HeaderSize => SleeveDatagram.SealedHeaderSize;

    public override void Seal(Span<byte> datagram, bool dontFragment) =>
        Seal(datagram, NextCounter(dontFragment) | (dontFragment ? SleeveDatagram.DontFragmentBit : 0));

    /// <summary>Seals with a chosen sequence word. For tests against recorded bytes; a word must never be used twice.</summary>
    internal void Seal(Span<byte> datagram, ulong word)
    {
        BinaryPrimitives.WriteUInt64BigEndian(datagram[SleeveDatagram.SequenceOffset..], word);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, word, outbound);
        SleeveSodium.SecretboxSeal(
            datagram[HeaderSize..], datagram.Slice(SleeveDatagram.TagOffset, SleeveDatagram.TagSize), nonce, sessionKey);
    }

    public override SleeveOpening Open(Span<byte> datagram, out Span<byte> frames)
    {
        frames = default;
        if (datagram.Length < HeaderSize)
        {
            return SleeveOpening.TooShort;
        }

        ulong word = BinaryPrimitives.ReadUInt64BigEndian(datagram[SleeveDatagram.SequenceOffset..]);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, word, !outbound);
        Span<byte> body = datagram[HeaderSize..];
        if (!SleeveSodium.SecretboxOpen(body, datagram.Slice(SleeveDatagram.TagOffset, SleeveDatagram.TagSize), nonce, sessionKey))
        {
            return SleeveOpening.Forged;
        }

        ReplayWindow seen = (word & SleeveDatagram.DontFragmentBit) != 0 ? _dontFragmentSeen : _otherSeen;
        if (!seen.TryAccept(word & ~SleeveDatagram.DontFragmentBit))
        {
            return SleeveOpening.Replayed;
        }

        frames = body;
        return SleeveOpening.Opened;
    }

    private static void WriteNonce(Span<byte> nonce, ulong word, bool senderDialled)
    {
        nonce.Clear();
        nonce[0] = senderDialled ? DiallerBit : (byte)0;
        BinaryPrimitives.WriteUInt64BigEndian(nonce[(NonceSize - sizeof(ulong))..], word);
    }
}
