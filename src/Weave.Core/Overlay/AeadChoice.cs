namespace Weave.Core.Overlay;

/// <summary>Agrees on a better cipher than NaCl's with peers that announce one. Original peers announce none.</summary>
/// <remarks>
/// docs/wire/sleeve.md §3.2. The announcements travel in the encrypted first frame of a version 2 connection, so nobody
/// on the way can remove one; version 1 connections carry none and keep to secretbox.
/// </remarks>
public static class AeadChoice
{
    /// <summary>The feature key; its value is a list of names joined by blanks.</summary>
    public const string Feature = "SleeveCiphers";

    private const string AesName = "aes-256-gcm";
    private const string ChaChaName = "chacha20-poly1305";

    /// <summary>What this machine can do well: AES only with the instructions for it.</summary>
    public static string Announcement => SleeveAead.HasAes ? $"{AesName} {ChaChaName}" : ChaChaName;

    public static string NameOf(AeadAlgorithm algorithm) => algorithm == AeadAlgorithm.Aes256Gcm ? AesName : ChaChaName;

    /// <summary>The best cipher that both announced, the same from either end; null when there is none.</summary>
    public static AeadAlgorithm? Common(string? ours, string? theirs)
    {
        string[] left = ours?.Split(' ') ?? [];
        string[] right = theirs?.Split(' ') ?? [];
        return Both(AesName) ? AeadAlgorithm.Aes256Gcm : Both(ChaChaName) ? AeadAlgorithm.ChaCha20Poly1305 : null;

        bool Both(string name) => left.Contains(name) && right.Contains(name);
    }
}
