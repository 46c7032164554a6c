namespace Weave.Persistence;

/// <summary>Keys of the state store. A key that ends in a slash is a prefix.</summary>
public static class StateKeys
{
    /// <summary>Our peer name, as text.</summary>
    public const string PeerName = "peername";

    /// <summary>What the host looked like when the name was first taken, to tell a clone of it.</summary>
    public const string HostFingerprint = "hostFingerprint";

    /// <summary>Range and seeds of the ring; its entries are below <see cref="RingEntries"/>.</summary>
    public const string Ring = "ring";

    /// <summary>One per token: owner, version, free count.</summary>
    public const string RingEntries = "ring/";

    /// <summary>Space that is ours but not to be given out yet.</summary>
    public const string RingHolds = "ringHolds";

    /// <summary>One per owner: its addresses.</summary>
    public const string OwnedAddresses = "ownedAddresses/";

    /// <summary>The last transaction of the original router's file that was taken over, as text.</summary>
    public const string OriginalTransaction = "originalTransaction";

    /// <summary>Targets to connect to, for <c>--resume</c>: a list of texts.</summary>
    public const string DirectPeers = "directPeers";

    /// <summary>Those of them that a managed plugin has from its swarm.</summary>
    public const string SwarmPeers = "swarmPeers";

    /// <summary>Names that were added by hand.</summary>
    public const string Names = "names/";

    /// <summary>Addresses at which names were served, the latest first: a list of texts.</summary>
    public const string DnsAddresses = "dnsAddresses";

    /// <summary>One per address that the host was given in the container network.</summary>
    public const string Exposures = "exposures/";

    /// <summary>One per plugin network: its options.</summary>
    public const string Networks = "networks/";

    /// <summary>One per sandbox: its endpoints on networks with multicast; the first carries the route.</summary>
    public const string MulticastRoutes = "multicastRoutes/";

    /// <summary>One per address that Docker had from a release that kept this list; now the record of the owner says so.</summary>
    public const string PluginAddresses = "pluginAddresses/";
}
