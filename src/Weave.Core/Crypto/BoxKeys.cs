namespace Weave.Core.Crypto;

/// <summary>NaCl box keys (Curve25519). Allocates nothing.</summary>
/// <remarks>docs/wire/mesh.md §1.6.</remarks>
public static unsafe class BoxKeys
{
    public const int Size = 32;

    /// <summary>The public key that goes with 32 random bytes.</summary>
    public static void DerivePublic(Span<byte> publicKey, ReadOnlySpan<byte> privateKey)
    {
        Check(publicKey.Length == Size && privateKey.Length == Size);
        fixed (byte* p = publicKey, s = privateKey)
        {
            _ = Sodium.crypto_scalarmult_base(p, s);
        }
    }

    /// <summary>
    /// NaCl's "beforenm" value. False for a public key with which the result would not depend on our private key:
    /// nobody honest has one.
    /// </summary>
    public static bool TryAgree(Span<byte> shared, ReadOnlySpan<byte> remotePublicKey, ReadOnlySpan<byte> privateKey)
    {
        Check(shared.Length == Size && remotePublicKey.Length == Size && privateKey.Length == Size);
        fixed (byte* k = shared, p = remotePublicKey, s = privateKey)
        {
            return Sodium.crypto_box_beforenm(k, p, s) == 0;
        }
    }

    private static void Check(bool sizes)
    {
        if (!sizes)
        {
            throw new ArgumentException("keys are 32 bytes long");
        }
    }
}
