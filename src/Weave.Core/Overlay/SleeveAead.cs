using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;
using X86Multiply = System.Runtime.Intrinsics.X86.Pclmulqdq;

namespace Weave.Core.Overlay;

/// <summary>
/// The calls into libcrypto that seal and open datagrams in place, with a context that was prepared for one key and one
/// direction. A context belongs to one thread at a time.
/// </summary>
/// <remarks>
/// The platform's AesGcm calls the same functions but prepares more at each call; libsodium's take twice the time
/// (docs/sleeve-performance.md). Linked statically into the binary, which has libcrypto anyway.
/// </remarks>
internal static unsafe partial class SleeveAead
{
    private const string Library = "crypto";
    private const int TagSize = 16;
    private const int EVP_CTRL_AEAD_GET_TAG = 0x10;
    private const int EVP_CTRL_AEAD_SET_TAG = 0x11;
    private const int Decrypt = 0;
    private const int Encrypt = 1;
    private const int AsBefore = -1;

    /// <summary>The CPU has the instructions for AES-256-GCM: without them it is slow, and its time tells about the key.</summary>
    internal static bool HasAes => (X86Aes.IsSupported && X86Multiply.IsSupported) || ArmAes.IsSupported;

    /// <summary>Makes a context; <see cref="Free"/> ends it.</summary>
    internal static nint Prepare(AeadAlgorithm algorithm, ReadOnlySpan<byte> key, bool sealing)
    {
        nint context = EVP_CIPHER_CTX_new();
        nint cipher = algorithm == AeadAlgorithm.Aes256Gcm ? EVP_aes_256_gcm() : EVP_chacha20_poly1305();
        fixed (byte* k = key)
        {
            Check(context == 0 ? 0 : EVP_CipherInit_ex(context, cipher, 0, k, null, sealing ? Encrypt : Decrypt));
        }

        return context;
    }

    /// <summary>Wipes and frees; 0 is nothing.</summary>
    internal static void Free(nint context) => EVP_CIPHER_CTX_free(context);

    internal static void Seal(nint context, Span<byte> body, Span<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce)
    {
        Debug.Assert(tag.Length == TagSize, "the tag is cut or padded elsewhere");
        int length;
        fixed (byte* c = body, mac = tag, ad = header, n = nonce)
        {
            Begin(context, ad, header.Length, n);
            Update(context, c, body.Length);
            Check(EVP_CipherFinal_ex(context, c, &length));
            Check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TagSize, mac));
        }
    }

    /// <summary>False for what was not sealed with this key; the body is then worthless.</summary>
    internal static bool Open(nint context, Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header, ReadOnlySpan<byte> nonce)
    {
        Debug.Assert(tag.Length == TagSize, "the tag is cut or padded elsewhere");
        int length;
        fixed (byte* c = body, mac = tag, ad = header, n = nonce)
        {
            Begin(context, ad, header.Length, n);
            Check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TagSize, mac));
            Update(context, c, body.Length);
            return EVP_CipherFinal_ex(context, c, &length) == 1;
        }
    }

    private static void Begin(nint context, byte* header, int headerLength, byte* nonce)
    {
        int length;
        Check(EVP_CipherInit_ex(context, 0, 0, null, nonce, AsBefore));
        Check(EVP_CipherUpdate(context, null, &length, header, headerLength));
    }

    /// <summary>Not for an empty body: without an output the bytes would count as header.</summary>
    private static void Update(nint context, byte* body, int bodyLength)
    {
        int length;
        Check(bodyLength == 0 ? 1 : EVP_CipherUpdate(context, body, &length, body, bodyLength));
    }

    /// <summary>Fails for lack of memory or a wrong call, never for what a datagram holds.</summary>
    private static void Check(int result)
    {
        if (result != 1)
        {
            Throw();
        }
    }

    [DoesNotReturn]
    private static void Throw() => throw new InvalidOperationException("libcrypto cannot seal or open");

    [LibraryImport(Library)]
    private static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    private static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial nint EVP_aes_256_gcm();

    [LibraryImport(Library)]
    private static partial nint EVP_chacha20_poly1305();

    [LibraryImport(Library)]
    private static partial int EVP_CipherInit_ex(nint context, nint cipher, nint engine, byte* key, byte* nonce, int encrypt);

    [LibraryImport(Library)]
    private static partial int EVP_CipherUpdate(nint context, byte* output, int* written, byte* input, int length);

    [LibraryImport(Library)]
    private static partial int EVP_CipherFinal_ex(nint context, byte* output, int* written);

    [LibraryImport(Library)]
    private static partial int EVP_CIPHER_CTX_ctrl(nint context, int command, int length, void* argument);
}
