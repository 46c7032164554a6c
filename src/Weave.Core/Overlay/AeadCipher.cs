using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Core.Overlay;

/// <summary>AES-256-GCM or ChaCha20-Poly1305 between two peers of ours.</summary>
/// <remarks>
/// docs/wire/sleeve.md §3.2. Sender (6) | word (8) | tag (16) | sealed frames. Word: channel (1 bit) | epoch (15) |
/// counter (48). Key of an epoch = HKDF-SHA256(session key, info = "weave sleeve 1 " | cipher | 0 | sender name |
/// receiver name | connection uid | epoch (4)). Nonce = zeros (4) | word. The first 14 bytes are authenticated too.
/// Counters never start again, so no nonce is used twice under any key; directions have different keys, so nothing can
/// be sent back to where it came from.
/// </remarks>
public sealed class AeadCipher : SleeveCipher
{
    /// <summary>A key is used for an hour, or for 2^31 datagrams, whichever is less.</summary>
    private static readonly TimeSpan KeyLife = TimeSpan.FromHours(1);

    private const ulong KeyUses = 1UL << 31;
    private const int NonceSize = 12;
    private const int KeySize = 32;
    private const int CounterBits = 48;
    private const int MaxEpoch = (1 << 15) - 1;
    private const ulong CounterMask = (1UL << CounterBits) - 1;

    private readonly byte[] _sessionKey;
    private readonly AeadAlgorithm _algorithm;
    private readonly byte[] _sendInfo;
    private readonly byte[] _receiveInfo;
    private readonly ReplayWindow _dontFragmentSeen = new();
    private readonly ReplayWindow _otherSeen = new();
    private volatile AeadKey _sending;
    private TimeSpan? _since;
    private ulong _usedBefore;
    private AeadKey _receiving;
    private AeadKey? _previous;
    private AeadKey? _next;

    /// <param name="algorithm">As both announced.</param>
    /// <param name="sessionKey">32 bytes: the key of the TCP connection.</param>
    /// <param name="self">Our name.</param>
    /// <param name="remote">The neighbour's name.</param>
    /// <param name="connectionUid">Equal at both ends.</param>
    public AeadCipher(AeadAlgorithm algorithm, byte[] sessionKey, PeerName self, PeerName remote, ulong connectionUid)
    {
        _algorithm = algorithm;
        _sessionKey = sessionKey;
        _sendInfo = Info(algorithm, self, remote, connectionUid);
        _receiveInfo = Info(algorithm, remote, self, connectionUid);
        _sending = Derive(_sendInfo, 0, sealing: true);
        _receiving = Derive(_receiveInfo, 0, sealing: false);
    }

    public override string Name => AeadChoice.NameOf(_algorithm);

    public override int HeaderSize => SleeveDatagram.SealedHeaderSize;

    public override bool IsExhausted => _sending.Epoch == MaxEpoch;

    public override void Seal(Span<byte> datagram, bool dontFragment)
    {
        AeadKey key = _sending;
        ulong word = (dontFragment ? SleeveDatagram.DontFragmentBit : 0) | ((ulong)key.Epoch << CounterBits) | (NextCounter(dontFragment) & CounterMask);
        BinaryPrimitives.WriteUInt64BigEndian(datagram[SleeveDatagram.SequenceOffset..], word);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, word);
        key.Seal(datagram[HeaderSize..], datagram.Slice(SleeveDatagram.TagOffset, SleeveDatagram.TagSize), datagram[..SleeveDatagram.TagOffset], nonce);
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
        WriteNonce(nonce, word);
        Span<byte> body = datagram[HeaderSize..];
        if (KeyOf((int)(word >> CounterBits) & MaxEpoch) is not AeadKey key
            || !key.Open(body, datagram.Slice(SleeveDatagram.TagOffset, SleeveDatagram.TagSize), datagram[..SleeveDatagram.TagOffset], nonce))
        {
            return SleeveOpening.Forged;
        }

        if (key == _next)
        {
            (_previous, _receiving, _next) = (_receiving, key, null);
        }

        bool dontFragment = (word & SleeveDatagram.DontFragmentBit) != 0;
        if (!(dontFragment ? _dontFragmentSeen : _otherSeen).TryAccept(word & CounterMask))
        {
            return SleeveOpening.Replayed;
        }

        frames = body;
        return SleeveOpening.Opened;
    }

    /// <summary>To be called at least every few seconds while datagrams are sent, never by two threads at once.</summary>
    public override void Rekey(TimeSpan now)
    {
        _since ??= now;
        if (now - _since >= KeyLife || Used - _usedBefore >= KeyUses)
        {
            StartEpoch(now);
        }
    }

    private void StartEpoch(TimeSpan now)
    {
        if (!IsExhausted)
        {
            _since = now;
            _usedBefore = Used;
            _sending = Derive(_sendInfo, _sending.Epoch + 1, sealing: true);
        }
    }

    /// <summary>The key of an epoch next to the present one. The next one is made once, however often a forger asks for it.</summary>
    private AeadKey? KeyOf(int epoch)
    {
        if (epoch == _receiving.Epoch)
        {
            return _receiving;
        }

        if (epoch == _previous?.Epoch)
        {
            return _previous;
        }

        return epoch == _receiving.Epoch + 1 ? _next ??= Derive(_receiveInfo, epoch, sealing: false) : null;
    }

    private AeadKey Derive(byte[] info, int epoch, bool sealing)
    {
        Span<byte> key = stackalloc byte[KeySize];
        Span<byte> whole = stackalloc byte[info.Length + sizeof(uint)];
        info.CopyTo(whole);
        BinaryPrimitives.WriteInt32BigEndian(whole[info.Length..], epoch);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _sessionKey, key, salt: [], whole);
        AeadKey derived = new(_algorithm, key, epoch, sealing);
        CryptographicOperations.ZeroMemory(key);
        return derived;
    }

    private static byte[] Info(AeadAlgorithm algorithm, PeerName sender, PeerName receiver, ulong connectionUid)
    {
        byte[] label = Encoding.ASCII.GetBytes($"weave sleeve 1 {AeadChoice.NameOf(algorithm)}\0");
        byte[] info = new byte[label.Length + (PeerName.Size * 2) + sizeof(ulong)];
        label.CopyTo(info, 0);
        sender.Write(info.AsSpan(label.Length));
        receiver.Write(info.AsSpan(label.Length + PeerName.Size));
        BinaryPrimitives.WriteUInt64BigEndian(info.AsSpan(label.Length + (PeerName.Size * 2)), connectionUid);
        return info;
    }

    private static void WriteNonce(Span<byte> nonce, ulong word)
    {
        nonce[..(NonceSize - sizeof(ulong))].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[(NonceSize - sizeof(ulong))..], word);
    }
}
