namespace Weave.Wire.Primitives;

/// <summary>
/// What other peers can make this one keep, in one place. A short id has twelve bits, so no mesh works beyond 4,096 peers;
/// the rest leaves room above what such a mesh needs. What goes beyond a limit is left out or refused with its reason.
/// </summary>
public static class PeerLimits
{
    /// <summary>Characters of a nickname, an address or another text that is shown and passed on, not parsed.</summary>
    public const int TextLength = 255;

    /// <summary>Peers in a topology, those that are only somebody's far end among them.</summary>
    public const int Peers = 16_384;

    /// <summary>Links that one peer tells of.</summary>
    public const int LinksPerPeer = 8_192;

    /// <summary>Names, tombstones included, that one peer registers for its containers.</summary>
    public const int NamesPerPeer = 100_000;

    /// <summary>Names of all peers, tombstones included.</summary>
    public const int Names = 250_000;

    /// <summary>Peers whose nickname the allocator keeps and tells.</summary>
    public const int AllocatorNicknames = 10_000;

    /// <summary>Bytes of the name of a gossip channel; what is longer is no channel of any release.</summary>
    public const int ChannelNameBytes = 255;

    /// <summary>MAC addresses that a report lists; the kernel and sleeve know up to 65,536 each.</summary>
    public const int MacsInReport = 4_096;
}
