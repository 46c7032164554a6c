namespace Weave.Wire.Mesh;

/// <summary>Keys of the map with which peers introduce themselves, and of what version 1 keeps of it.</summary>
/// <remarks>docs/wire/mesh.md §1.5 and §1.7.</remarks>
public static class FeatureKeys
{
    public const string PeerNameFlavour = "PeerNameFlavour";
    public const string Name = "Name";
    public const string NickName = "NickName";
    public const string Uid = "UID";
    public const string ConnId = "ConnID";
    public const string ShortId = "ShortID";
    public const string Trusted = "Trusted";
    public const string Overlays = "Overlays";

    /// <summary>Version 1 only, and only with a password: 64 hex digits.</summary>
    public const string PublicKey = "PublicKey";

    /// <summary>What travels in version 1, besides <see cref="PublicKey"/>.</summary>
    public static IReadOnlyList<string> Version1 { get; } = [ConnId, Name, NickName, PeerNameFlavour, Uid];
}
