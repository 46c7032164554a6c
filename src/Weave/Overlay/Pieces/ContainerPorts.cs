using Weave.Linux.Bridge;
using Weave.Linux.Netlink;

namespace Weave.Overlay.Pieces;

/// <summary>
/// The ports of the bridge that are not ours: host ends of containers' veth pairs, and whatever else somebody put there. A
/// port that was whole and is not any more has to be so again; one that has moved to another bridge is that one's.
/// </summary>
/// <remarks>
/// A machine: the links come in, the pieces go out. What was a port is known by its index, so that it is put back whatever
/// it is called; those that we name are known by name, too, since a router that has just started remembers none.
/// </remarks>
internal sealed class ContainerPorts(string bridge)
{
    /// <summary>One that has never been whole is being made at present, by Docker, by a command, or was half made when somebody was killed.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Of plugin, of <c>weave attach</c>, of <c>weave attach-bridge</c>.</summary>
    private static readonly string[] OurPrefixes = ["vethwl", "vethwepl", "vethwebl"];

    private readonly Dictionary<int, Memory> _known = [];
    private int _bridge;

    /// <summary>The ports as they have to be.</summary>
    /// <param name="links">All links of the host.</param>
    /// <param name="except">Names of pieces that somebody else looks after.</param>
    /// <param name="now">The time.</param>
    internal IReadOnlyList<Piece> Look(IReadOnlyList<Link> links, IReadOnlySet<string> except, TimeSpan now)
    {
        int bridgeIndex = links.FirstOrDefault(link => link.Name == bridge)?.Index ?? 0;
        bool remade = bridgeIndex == 0 || (_bridge != 0 && _bridge != bridgeIndex);
        Dictionary<int, Link> byIndex = links.ToDictionary(link => link.Index);
        foreach (int gone in _known.Keys.Where(index => !byIndex.ContainsKey(index)).ToArray())
        {
            _known.Remove(gone);
        }

        List<Piece> wanted = [];
        foreach (Link link in links.Where(link => !except.Contains(link.Name)))
        {
            if (Remember(link, bridgeIndex, remade, byIndex, now) is { } memory && (memory.WasWhole || now >= memory.Since + Patience))
            {
                wanted.Add(new Piece(link.Name, link.Kind)
                {
                    IsForeign = true,
                    Master = bridge,
                    MtuBytes = link.MtuBytes < memory.MtuBytes ? memory.MtuBytes : null,
                    Port = Settings(link, memory),
                });
            }
        }

        _bridge = bridgeIndex == 0 ? _bridge : bridgeIndex;
        return wanted;
    }

    /// <returns>Null for what is no port, or another bridge's.</returns>
    private Memory? Remember(Link link, int bridgeIndex, bool remade, Dictionary<int, Link> links, TimeSpan time)
    {
        bool isPort = bridgeIndex != 0 && link.MasterIndex == bridgeIndex;
        _known.TryGetValue(link.Index, out Memory? memory);
        if (isPort || (link.MasterIndex == 0 && link.Kind == PieceKind.Veth && OurPrefixes.Any(prefix => link.Name.StartsWith(prefix, StringComparison.Ordinal))))
        {
            memory ??= new Memory(time);
        }
        else if (memory is not null && !IsTakenAway(link, remade || memory.Bridge != bridgeIndex, links))
        {
            memory = null;
        }

        if (memory is null)
        {
            _known.Remove(link.Index);
            return null;
        }

        if (isPort && link.Up)
        {
            memory.WasWhole = true;
            memory.Bridge = bridgeIndex;
            memory.MtuBytes = Math.Max(memory.MtuBytes, link.MtuBytes);
            memory.Settings = memory.Settings is { } first && link.Port is { } now ? now with { Hairpin = first.Hairpin } : link.Port;
        }

        return _known[link.Index] = memory;
    }

    /// <summary>It is nobody's port: not moved to another bridge, and, unless the bridge itself went, the end of a pair whose other end is elsewhere.</summary>
    private static bool IsTakenAway(Link link, bool bridgeWent, Dictionary<int, Link> links) => link.MasterIndex == 0
        && (bridgeWent || (link.Kind == PieceKind.Veth && !(links.TryGetValue(link.PeerIndex, out Link? other) && other.PeerIndex == link.Index)));

    /// <summary>
    /// What keeps frames from arriving is put back. What an administrator forbids (isolated, locked) is left alone, and hairpin
    /// mode is as it was when the port was new: <c>weave attach</c> turns it on.
    /// </summary>
    private static BridgePortSettings? Settings(Link link, Memory memory) => link.Port is { } found
        ? found with
        {
            Forwarding = true,
            Learning = true,
            Flood = true,
            MulticastFlood = true,
            BroadcastFlood = true,
            Hairpin = memory.Settings?.Hairpin ?? found.Hairpin,
        }
        : memory.Settings;

    private sealed class Memory(TimeSpan since)
    {
        internal TimeSpan Since { get; } = since;

        internal bool WasWhole { get; set; }

        internal int Bridge { get; set; }

        internal int MtuBytes { get; set; }

        /// <summary>As they were when it was last seen whole, hairpin mode as it was at first.</summary>
        internal BridgePortSettings? Settings { get; set; }
    }
}
