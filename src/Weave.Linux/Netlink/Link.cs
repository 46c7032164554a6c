using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>A network interface as the kernel reported it at one moment.</summary>
/// <param name="Index">Its number in its namespace.</param>
/// <param name="Name">At most <see cref="LongestName"/> bytes.</param>
/// <param name="Kind"><c>bridge</c>, <c>veth</c>, <c>vxlan</c>, <c>dummy</c>, ...; empty for a plain device.</param>
/// <param name="Mac">Zero for devices that have none.</param>
/// <param name="MtuBytes">Largest packet, without the Ethernet header.</param>
/// <param name="Up">Set up by the administrator, whether or not there is a carrier.</param>
/// <param name="MasterIndex">The bridge it is a port of; 0 for none.</param>
/// <param name="PeerIndex">For a veth the other end's number, in that end's namespace; 0 for none.</param>
public sealed record Link(int Index, string Name, string Kind, MacAddress Mac, int MtuBytes, bool Up, int MasterIndex, int PeerIndex)
{
    /// <summary>Names take at most 15 bytes.</summary>
    public const int LongestName = 15;

    /// <summary>It is up and has a carrier, and everybody concerned has been told: a port of a bridge forwards.</summary>
    public bool Running { get; init; }

    /// <summary>A text that somebody left with it; empty for none.</summary>
    public string Alias { get; init; } = "";

    /// <summary>The namespace of a veth's other end, by the number that this one has for it; null when it is here or cannot be told.</summary>
    public int? PeerNamespace { get; init; }

    /// <summary>The UDP port of a VXLAN device; 0 for others.</summary>
    public ushort TunnelPort { get; init; }

    /// <summary>How the bridge treats it as a port; null when it is no port of a bridge.</summary>
    public BridgePortSettings? Port { get; init; }
}
