using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>A pair of virtual Ethernet devices, both ends in the present namespace, down.</summary>
public sealed record VethSpec(string Name, string PeerName)
{
    /// <summary>Of both ends; 0 for the kernel's 1500.</summary>
    public int MtuBytes { get; init; }

    /// <summary>MAC of the far end; null for a random one.</summary>
    public MacAddress? PeerMac { get; init; }

    /// <summary>The bridge that the near end becomes a port of, ready for programs; empty for none.</summary>
    public string Master { get; init; } = "";

    /// <summary>A text that the kernel keeps with the near end, at most 255 bytes; empty for none.</summary>
    public string Alias { get; init; } = "";
}
