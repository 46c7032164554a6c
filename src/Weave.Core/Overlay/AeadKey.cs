using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Weave.Core.Overlay;

/// <summary>
/// One direction's key for one epoch, prepared for use. Several threads may seal at once: each takes a prepared context
/// of its own. The bytes are wiped when nobody uses the key any more.
/// </summary>
/// <remarks>Preparing a context costs more than sealing a datagram, so contexts are kept; libcrypto wipes them itself.</remarks>
internal sealed unsafe class AeadKey
{
    /// <summary>Both data threads and the timers'; should more come, theirs are made and freed each time.</summary>
    private const int ContextsKept = 4;

    private const int KeySize = 32;

    private readonly nint[] _idle = new nint[ContextsKept];
    private readonly AeadAlgorithm _algorithm;
    private readonly bool _sealing;
    private readonly void* _key = NativeMemory.Alloc(KeySize);

    internal AeadKey(AeadAlgorithm algorithm, ReadOnlySpan<byte> key, int epoch, bool sealing)
    {
        _algorithm = algorithm;
        _sealing = sealing;
        Epoch = epoch;
        key.CopyTo(new Span<byte>(_key, KeySize));
        Return(NewContext());
    }

    ~AeadKey()
    {
        foreach (nint context in _idle)
        {
            SleeveAead.Free(context);
        }

        CryptographicOperations.ZeroMemory(new Span<byte>(_key, KeySize));
        NativeMemory.Free(_key);
    }

    internal int Epoch { get; }

    internal void Seal(Span<byte> body, Span<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce)
    {
        nint context = Take();
        SleeveAead.Seal(context, body, tag, header, nonce);
        Return(context);
        GC.KeepAlive(this);
    }

    internal bool Open(Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce)
    {
        nint context = Take();
        bool good = SleeveAead.Open(context, body, tag, header, nonce);
        Return(context);
        GC.KeepAlive(this);
        return good;
    }

    private nint NewContext() => SleeveAead.Prepare(_algorithm, new ReadOnlySpan<byte>(_key, KeySize), _sealing);

    private nint Take()
    {
        for (int i = 0; i < ContextsKept; i++)
        {
            if (_idle[i] != 0 && Interlocked.Exchange(ref _idle[i], 0) is nint context and not 0)
            {
                return context;
            }
        }

        return NewContext();
    }

    private void Return(nint context)
    {
        for (int i = 0; i < ContextsKept; i++)
        {
            if (_idle[i] == 0 && Interlocked.CompareExchange(ref _idle[i], context, 0) == 0)
            {
                return;
            }
        }

        SleeveAead.Free(context);
    }
}
