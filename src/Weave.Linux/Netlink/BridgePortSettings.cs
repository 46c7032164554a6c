namespace Weave.Linux.Netlink;

/// <summary>How a bridge treats one of its ports. What the kernel does not know of is as in <see cref="Normal"/>.</summary>
/// <remarks>linux/if_link.h, IFLA_BRPORT_*; each is one byte.</remarks>
public sealed record BridgePortSettings
{
    private const byte BR_STATE_FORWARDING = 3;
    private const ushort IFLA_BRPORT_STATE = 1;
    private const ushort IFLA_BRPORT_MODE = 4;
    private const ushort IFLA_BRPORT_GUARD = 5;
    private const ushort IFLA_BRPORT_LEARNING = 8;
    private const ushort IFLA_BRPORT_UNICAST_FLOOD = 9;
    private const ushort IFLA_BRPORT_PROXYARP = 10;
    private const ushort IFLA_BRPORT_MCAST_FLOOD = 27;
    private const ushort IFLA_BRPORT_BCAST_FLOOD = 30;
    private const ushort IFLA_BRPORT_NEIGH_SUPPRESS = 32;
    private const ushort IFLA_BRPORT_ISOLATED = 33;
    private const ushort IFLA_BRPORT_LOCKED = 39;

    /// <summary>A port that is like a plain switch's.</summary>
    public static readonly BridgePortSettings Normal = new();

    /// <summary>Frames may pass; not so while the link has no carrier.</summary>
    public bool Forwarding { get; init; } = true;

    /// <summary>Frames may leave where they came from.</summary>
    public bool Hairpin { get; init; }

    public bool Guard { get; init; }

    public bool Learning { get; init; } = true;

    /// <summary>Gets what is for nobody known.</summary>
    public bool Flood { get; init; } = true;

    public bool MulticastFlood { get; init; } = true;

    public bool BroadcastFlood { get; init; } = true;

    /// <summary>The bridge answers ARP for what is behind other ports.</summary>
    public bool ProxyArp { get; init; }

    public bool SuppressNeighbours { get; init; }

    /// <summary>No frames to and from other isolated ports.</summary>
    public bool Isolated { get; init; }

    /// <summary>Frames only from addresses that somebody allowed.</summary>
    public bool Locked { get; init; }

    internal static BridgePortSettings Parse(ReadOnlySpan<byte> data)
    {
        BridgePortSettings read = Normal;
        NetlinkAttributes attributes = new(data);
        while (attributes.Next())
        {
            if (attributes.Value.Length == 1)
            {
                read = read.With(attributes.Type, attributes.Value[0]);
            }
        }

        return read;
    }

    internal void Write(NetlinkRequest request)
    {
        Add(request, IFLA_BRPORT_MODE, Hairpin);
        Add(request, IFLA_BRPORT_GUARD, Guard);
        Add(request, IFLA_BRPORT_LEARNING, Learning);
        Add(request, IFLA_BRPORT_UNICAST_FLOOD, Flood);
        Add(request, IFLA_BRPORT_PROXYARP, ProxyArp);
        Add(request, IFLA_BRPORT_MCAST_FLOOD, MulticastFlood);
        Add(request, IFLA_BRPORT_BCAST_FLOOD, BroadcastFlood);
        Add(request, IFLA_BRPORT_NEIGH_SUPPRESS, SuppressNeighbours);
        Add(request, IFLA_BRPORT_ISOLATED, Isolated);
        Add(request, IFLA_BRPORT_LOCKED, Locked);
        if (Forwarding)
        {
            request.Add(IFLA_BRPORT_STATE, BR_STATE_FORWARDING);
        }
    }

    private static void Add(NetlinkRequest request, ushort type, bool value) => request.Add(type, value ? (byte)1 : (byte)0);

    private BridgePortSettings With(ushort type, byte value) => type switch
    {
        IFLA_BRPORT_STATE => this with { Forwarding = value == BR_STATE_FORWARDING },
        IFLA_BRPORT_MODE => this with { Hairpin = value != 0 },
        IFLA_BRPORT_GUARD => this with { Guard = value != 0 },
        IFLA_BRPORT_LEARNING => this with { Learning = value != 0 },
        IFLA_BRPORT_UNICAST_FLOOD => this with { Flood = value != 0 },
        IFLA_BRPORT_PROXYARP => this with { ProxyArp = value != 0 },
        IFLA_BRPORT_MCAST_FLOOD => this with { MulticastFlood = value != 0 },
        IFLA_BRPORT_BCAST_FLOOD => this with { BroadcastFlood = value != 0 },
        IFLA_BRPORT_NEIGH_SUPPRESS => this with { SuppressNeighbours = value != 0 },
        IFLA_BRPORT_ISOLATED => this with { Isolated = value != 0 },
        IFLA_BRPORT_LOCKED => this with { Locked = value != 0 },
        _ => this,
    };
}
