namespace Weave.Core.Crypto;

/// <summary>NaCl secretbox: XSalsa20 with a Poly1305 tag in front. Allocates nothing; safe from any thread.</summary>
/// <remarks>docs/wire/mesh.md §1.6: tag (16) | ciphertext. Input and output may be the same memory only for equal starts of box and message.</remarks>
public static unsafe class SecretBox
{
    public const int KeySize = 32;
    public const int NonceSize = 24;
    public const int TagSize = 16;

    /// <summary>Encrypts into the first <see cref="TagSize"/> + length bytes of <paramref name="box"/>.</summary>
    public static void Seal(Span<byte> box, ReadOnlySpan<byte> message, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        Check(box.Length >= message.Length + TagSize, nonce, key);
        fixed (byte* b = box, m = message, n = nonce, k = key)
        {
            // Fails only for messages beyond 2^64 bytes.
            _ = Sodium.crypto_secretbox_easy(b, m, (ulong)message.Length, n, k);
        }
    }

    /// <summary>
    /// Decrypts into the first length - <see cref="TagSize"/> bytes of <paramref name="message"/>. False when the box
    /// is too short or was not made with this key and nonce; the output is then worthless.
    /// </summary>
    public static bool TryOpen(Span<byte> message, ReadOnlySpan<byte> box, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        if (box.Length < TagSize)
        {
            return false;
        }

        Check(message.Length >= box.Length - TagSize, nonce, key);
        fixed (byte* m = message, b = box, n = nonce, k = key)
        {
            return Sodium.crypto_secretbox_open_easy(m, b, (ulong)box.Length, n, k) == 0;
        }
    }

    private static void Check(bool fits, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        if (!fits || nonce.Length != NonceSize || key.Length != KeySize)
        {
            throw new ArgumentException("wrong size of a buffer, nonce or key");
        }
    }
}
