namespace Weave.Core.Mesh;

/// <summary>
/// Bounds of ours for what other peers may make us do or keep, in one place. A mesh of honest peers stays far below each;
/// what is beyond is left out, never a reason to close a connection.
/// </summary>
/// <remarks>docs/wire/mesh.md §9.</remarks>
public static class MeshLimits
{
    /// <summary>Attempts at once to connect to addresses that the user gave.</summary>
    public const int DirectDials = 64;

    /// <summary>Attempts at once to connect to addresses that other peers told us of.</summary>
    public const int DiscoveredDials = 16;

    /// <summary>Of those, attempts for peers of which nobody has told more than that there is a link to them.</summary>
    public const int UndescribedDials = 4;

    /// <summary>Addresses kept to be tried that other peers told us of.</summary>
    public const int DiscoveredTargets = 1024;

    /// <summary>Of those, addresses of peers of which nobody has told more than that there is a link to them.</summary>
    public const int UndescribedTargets = 64;

    /// <summary>Addresses to be tried for one peer.</summary>
    public const int AddressesPerPeer = 8;

    /// <summary>Addresses to be tried that one peer told us of.</summary>
    public const int AddressesPerTeller = 256;

    /// <summary>Links of one peer's entry that are looked at for addresses.</summary>
    public const int LinksPerTeller = 2048;

    /// <summary>So many links looked at put the next look off by <see cref="MeshTimes.Discovery"/>.</summary>
    internal const int LinksPerLook = 4096;

    /// <summary>Names of configured peers that are being looked up at once.</summary>
    public const int LookUps = 16;

    /// <summary>Addresses of one name that are kept.</summary>
    public const int AddressesPerName = 16;

    /// <summary>Peers whose last connection UID is remembered.</summary>
    public const int RememberedUids = 1024;

    /// <summary>Neighbours that called us and are called back when the connection was lost.</summary>
    public const int CallBacks = 256;

    /// <summary>Bytes of gossip kept of a connection that is not decided on yet.</summary>
    public const int HeldBytes = 1 << 20;

    /// <summary>Messages kept of a connection that is not decided on yet.</summary>
    public const int HeldMessages = 256;
}
