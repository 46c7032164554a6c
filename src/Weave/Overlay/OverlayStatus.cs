namespace Weave.Overlay;

/// <summary>What carries the data of one connection.</summary>
/// <param name="Name">Overlay name, such as <c>sleeve</c>.</param>
/// <param name="MtuBytes">Largest overlay IP packet that needs no fragmentation.</param>
/// <param name="Encrypted">Data is encrypted by the overlay.</param>
/// <param name="Cipher">The cipher in words, empty when data is in the clear.</param>
public sealed record OverlayStatus(string Name, int MtuBytes, bool Encrypted, string Cipher)
{
    /// <summary>Null where nobody counts, as in the kernel.</summary>
    public OverlayTraffic? Traffic { get; init; }
}
