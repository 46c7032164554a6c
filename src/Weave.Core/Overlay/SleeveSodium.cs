using System.Runtime.InteropServices;

namespace Weave.Core.Overlay;

/// <summary>The calls into libsodium that seal and open datagrams in place with secretbox. All are safe from any thread.</summary>
internal static unsafe partial class SleeveSodium
{
    static SleeveSodium()
    {
        // Picks the vector code for this CPU; without it the slow portable code runs.
        if (sodium_init() < 0)
        {
            throw new InvalidOperationException("libsodium cannot be initialised");
        }
    }

    internal static void SecretboxSeal(Span<byte> body, Span<byte> tag, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        fixed (byte* c = body, mac = tag, n = nonce, k = key)
        {
            _ = crypto_secretbox_detached(c, mac, c, (ulong)body.Length, n, k);
        }
    }

    internal static bool SecretboxOpen(Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        fixed (byte* c = body, mac = tag, n = nonce, k = key)
        {
            return crypto_secretbox_open_detached(c, c, mac, (ulong)body.Length, n, k) == 0;
        }
    }

    [LibraryImport("sodium")]
    private static partial int sodium_init();

    [LibraryImport("sodium")]
    private static partial int crypto_secretbox_detached(byte* c, byte* mac, byte* m, ulong mlen, byte* n, byte* k);

    [LibraryImport("sodium")]
    private static partial int crypto_secretbox_open_detached(byte* m, byte* c, byte* mac, ulong clen, byte* n, byte* k);
}
