using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>A link of the host that our network needs, and how it has to be. What is null or empty is nobody's concern.</summary>
/// <param name="Name">Its first name.</param>
/// <param name="Kind">As in <see cref="Link.Kind"/>; <see cref="PieceKind"/> names what can be made.</param>
public sealed record Piece(string Name, string Kind)
{
    /// <summary>Somebody else makes it: when it is gone there is nothing to be done about it.</summary>
    public bool IsForeign { get; init; }

    /// <summary>It comes and goes by our own doing, of which nobody needs to be told.</summary>
    public bool IsQuiet { get; init; }

    public bool Up { get; init; } = true;

    public MacAddress? Mac { get; init; }

    public int? MtuBytes { get; init; }

    public int? TransmitQueueLength { get; init; }

    /// <summary>The bridge that it is a port of.</summary>
    public string? Master { get; init; }

    public BridgePortSettings? Port { get; init; }

    /// <summary>Kernel settings: path below <c>/proc/sys</c>, value. One that the kernel has not is none of ours.</summary>
    public IReadOnlyList<(string Key, string Value)> Settings { get; init; } = [];

    /// <summary>Programs of the fast datapath that it carries.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>The link by which leaves whatever arrives here.</summary>
    public string RedirectTo { get; init; } = "";

    /// <summary>UDP port of a VXLAN device.</summary>
    public ushort TunnelPort { get; init; }

    /// <summary>The other end of a veth pair, which is made with it.</summary>
    public string OtherEnd { get; init; } = "";
}
