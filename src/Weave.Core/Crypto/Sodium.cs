using System.Runtime.InteropServices;

namespace Weave.Core.Crypto;

/// <summary>The few functions of libsodium that are used, as they are. Linked statically into the binary.</summary>
/// <remarks>libsodium 1.0.18; NaCl's names and sizes.</remarks>
internal static unsafe partial class Sodium
{
    private const string Library = "sodium";

    static Sodium()
    {
        // Chooses the fast implementations of this processor; without it the portable ones are used.
        if (sodium_init() < 0)
        {
            throw new InvalidOperationException("libsodium cannot be initialised");
        }
    }

    [LibraryImport(Library)]
    internal static partial int crypto_scalarmult_base(byte* publicKey, byte* privateKey);

    [LibraryImport(Library)]
    internal static partial int crypto_box_beforenm(byte* shared, byte* publicKey, byte* privateKey);

    [LibraryImport(Library)]
    internal static partial int crypto_secretbox_easy(byte* box, byte* message, ulong messageLength, byte* nonce, byte* key);

    [LibraryImport(Library)]
    internal static partial int crypto_secretbox_open_easy(byte* message, byte* box, ulong boxLength, byte* nonce, byte* key);

    [LibraryImport(Library)]
    private static partial int sodium_init();
}
