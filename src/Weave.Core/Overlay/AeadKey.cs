using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Weave.Core.Overlay;

/// <summary>One direction's key for one epoch, prepared for use. The bytes are wiped when nobody uses it any more.</summary>
internal sealed unsafe class AeadKey
{
    private const int KeySize = 32;
    private const int Alignment = 64;

    private readonly AeadAlgorithm _algorithm;
    private readonly void* _state;

    internal AeadKey(AeadAlgorithm algorithm, ReadOnlySpan<byte> key, int epoch)
    {
        _algorithm = algorithm;
        Epoch = epoch;
        _state = NativeMemory.AlignedAlloc(SleeveSodium.AesStateSize, Alignment);
        if (algorithm == AeadAlgorithm.Aes256Gcm)
        {
            SleeveSodium.AesPrepare(_state, key);
        }
        else
        {
            key.CopyTo(new Span<byte>(_state, KeySize));
        }
    }

    ~AeadKey()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>(_state, SleeveSodium.AesStateSize));
        NativeMemory.AlignedFree(_state);
    }

    internal int Epoch { get; }

    internal void Seal(Span<byte> body, Span<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce)
    {
        if (_algorithm == AeadAlgorithm.Aes256Gcm)
        {
            SleeveSodium.AesSeal(body, tag, header, nonce, _state);
        }
        else
        {
            SleeveSodium.ChaChaSeal(body, tag, header, nonce, _state);
        }

        GC.KeepAlive(this);
    }

    internal bool Open(Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce)
    {
        bool good = _algorithm == AeadAlgorithm.Aes256Gcm
            ? SleeveSodium.AesOpen(body, tag, header, nonce, _state)
            : SleeveSodium.ChaChaOpen(body, tag, header, nonce, _state);
        GC.KeepAlive(this);
        return good;
    }
}
