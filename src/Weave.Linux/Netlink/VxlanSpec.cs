namespace Weave.Linux.Netlink;

/// <summary>
/// One VXLAN device for all peers (external mode): remote address and network id come with each packet from a tunnel
/// key. It learns nothing, or its table would grow by every MAC address and network id.
/// </summary>
public sealed record VxlanSpec(string Name)
{
    /// <summary>UDP port that it receives on and sends to.</summary>
    public required ushort Port { get; init; }

    /// <summary>0 for the kernel's choice.</summary>
    public int MtuBytes { get; init; }

    /// <summary>Range of source ports, both 0 for the kernel's spread.</summary>
    public ushort LowestSourcePort { get; init; }

    public ushort HighestSourcePort { get; init; }

    /// <summary>Accept IPv6 packets without UDP checksum.</summary>
    public bool AcceptZeroChecksum6 { get; init; }
}
