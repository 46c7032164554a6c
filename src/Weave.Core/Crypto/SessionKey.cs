using System.Security.Cryptography;
using System.Text;

namespace Weave.Core.Crypto;

/// <summary>The secret of one connection, from which control connection and overlays are encrypted.</summary>
/// <remarks>docs/wire/mesh.md §1.6: SHA-256 of the shared value followed by the bytes of the password.</remarks>
public static class SessionKey
{
    public const int Size = 32;

    /// <summary>False when the remote's public key is none that can be agreed with.</summary>
    public static bool TryDerive(
        Span<byte> key, ReadOnlySpan<byte> remotePublicKey, ReadOnlySpan<byte> privateKey, string password)
    {
        byte[] input = new byte[BoxKeys.Size + Encoding.UTF8.GetByteCount(password)];
        if (!BoxKeys.TryAgree(input.AsSpan(0, BoxKeys.Size), remotePublicKey, privateKey))
        {
            return false;
        }

        Encoding.UTF8.GetBytes(password, input.AsSpan(BoxKeys.Size));
        SHA256.HashData(input, key);
        CryptographicOperations.ZeroMemory(input);
        return true;
    }
}
