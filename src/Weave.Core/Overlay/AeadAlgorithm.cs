namespace Weave.Core.Overlay;

/// <summary>The ciphers that we seal data with towards peers that know them too.</summary>
public enum AeadAlgorithm
{
    Aes256Gcm,
    ChaCha20Poly1305,
}
