using System.Runtime.InteropServices;

namespace Weave.Core.Overlay;

/// <summary>The calls into libsodium that seal and open datagrams in place. All are safe from any thread.</summary>
internal static unsafe partial class SleeveSodium
{
    /// <summary>Bytes of a prepared AES-256-GCM key, which must lie on a 16-byte boundary.</summary>
    internal const int AesStateSize = 512;

    static SleeveSodium()
    {
        // Picks the vector code for this CPU; without it the slow portable code runs.
        if (sodium_init() < 0)
        {
            throw new InvalidOperationException("libsodium cannot be initialised");
        }

        HasAes = crypto_aead_aes256gcm_is_available() == 1;
    }

    /// <summary>The CPU has the instructions for AES-256-GCM.</summary>
    internal static bool HasAes { get; }

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

    internal static void AesPrepare(void* state, ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
        {
            _ = crypto_aead_aes256gcm_beforenm(state, k);
        }
    }

    internal static void AesSeal(Span<byte> body, Span<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce, void* state)
    {
        fixed (byte* c = body, mac = tag, ad = header, n = nonce)
        {
            _ = crypto_aead_aes256gcm_encrypt_detached_afternm(
                c, mac, null, c, (ulong)body.Length, ad, (ulong)header.Length, null, n, state);
        }
    }

    internal static bool AesOpen(Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce, void* state)
    {
        fixed (byte* c = body, mac = tag, ad = header, n = nonce)
        {
            return crypto_aead_aes256gcm_decrypt_detached_afternm(
                c, null, c, (ulong)body.Length, mac, ad, (ulong)header.Length, n, state) == 0;
        }
    }

    internal static void ChaChaSeal(Span<byte> body, Span<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce, void* key)
    {
        fixed (byte* c = body, mac = tag, ad = header, n = nonce)
        {
            _ = crypto_aead_chacha20poly1305_ietf_encrypt_detached(
                c, mac, null, c, (ulong)body.Length, ad, (ulong)header.Length, null, n, key);
        }
    }

    internal static bool ChaChaOpen(Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce, void* key)
    {
        fixed (byte* c = body, mac = tag, ad = header, n = nonce)
        {
            return crypto_aead_chacha20poly1305_ietf_decrypt_detached(
                c, null, c, (ulong)body.Length, mac, ad, (ulong)header.Length, n, key) == 0;
        }
    }

    [LibraryImport("sodium")]
    private static partial int sodium_init();

    [LibraryImport("sodium")]
    private static partial int crypto_aead_aes256gcm_is_available();

    [LibraryImport("sodium")]
    private static partial int crypto_aead_aes256gcm_beforenm(void* state, byte* key);

    [LibraryImport("sodium")]
    private static partial int crypto_secretbox_detached(byte* c, byte* mac, byte* m, ulong mlen, byte* n, byte* k);

    [LibraryImport("sodium")]
    private static partial int crypto_secretbox_open_detached(byte* m, byte* c, byte* mac, ulong clen, byte* n, byte* k);

    [LibraryImport("sodium")]
    private static partial int crypto_aead_aes256gcm_encrypt_detached_afternm(
        byte* c, byte* mac, ulong* maclen, byte* m, ulong mlen, byte* ad, ulong adlen, byte* nsec, byte* npub, void* state);

    [LibraryImport("sodium")]
    private static partial int crypto_aead_aes256gcm_decrypt_detached_afternm(
        byte* m, byte* nsec, byte* c, ulong clen, byte* mac, byte* ad, ulong adlen, byte* npub, void* state);

    [LibraryImport("sodium")]
    private static partial int crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        byte* c, byte* mac, ulong* maclen, byte* m, ulong mlen, byte* ad, ulong adlen, byte* nsec, byte* npub, void* k);

    [LibraryImport("sodium")]
    private static partial int crypto_aead_chacha20poly1305_ietf_decrypt_detached(
        byte* m, byte* nsec, byte* c, ulong clen, byte* mac, byte* ad, ulong adlen, byte* npub, void* k);
}
