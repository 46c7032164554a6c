using Weave.Core.Mesh;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Core.Overlay.Datapath;

/// <summary>What the tables of the datapath programs shall hold, or hold.</summary>
/// <remarks>docs/wire/vxlan.md §3. Peers without a short id cannot be named in a VXLAN header and are left out.</remarks>
public sealed record DatapathSpec
{
    /// <summary>In place of one neighbour's id, where several neighbours have the same address.</summary>
    public const ushort SharedSource = 0xffff;

    public static readonly DatapathSpec Empty = new();

    /// <summary>Our own id; null before we have one.</summary>
    public ShortId? Self { get; init; }

    /// <summary>Routes of every peer that owns an id. Who is not here is unknown, and frames from there are dropped.</summary>
    public SortedDictionary<ShortId, DatapathRoute> Routes { get; init; } = [];

    public SortedDictionary<ShortId, DatapathNeighbour> Neighbours { get; init; } = [];

    /// <summary>Who sends from an address.</summary>
    public SortedDictionary<Ipv4Address, ushort> Sources { get; init; } = [];

    /// <summary>To whom flooded frames of a source are passed on; sources without hops are left out.</summary>
    public SortedDictionary<ShortId, DatapathHops> Hops { get; init; } = [];

    /// <summary>Who owned each id when this was made. Empty for tables found in a kernel, which knows no names.</summary>
    public SortedDictionary<ShortId, PeerName> Owners { get; init; } = [];

    /// <summary>The tables for these routes.</summary>
    /// <param name="routes">The established routes.</param>
    /// <param name="self">Our id, for as long as the topology gives it to nobody.</param>
    /// <param name="paths">Neighbours that have a path over VXLAN; all other next hops are user space's.</param>
    public static DatapathSpec From(RoutesSnapshot routes, ShortId? self, IReadOnlyDictionary<PeerName, NeighbourPath> paths)
    {
        DatapathSpec spec = new() { Self = routes.ShortIds.TryGetValue(routes.Self, out ShortId own) ? own : self };
        foreach ((ShortId id, PeerName name) in routes.ByShortId.OrderBy(static pair => pair.Key))
        {
            spec.Owners[id] = name;
            spec.Routes[id] = Route(routes, name);
            IReadOnlyList<ShortId> hops = [.. routes.Broadcast(name).Where(routes.ShortIds.ContainsKey).Select(hop => routes.ShortIds[hop])];
            if (hops.Count > 0)
            {
                PeerName upstream = routes.Upstream(name);
                spec.Hops[id] = new DatapathHops(routes.ShortIds.TryGetValue(upstream, out ShortId from) ? from : null, hops);
            }
        }

        spec.AddPaths(routes, paths);
        spec.AddHandedOver();
        return spec;
    }

    /// <summary>
    /// These tables where they know better, and <paramref name="older"/> where they do not know yet: after a restart the
    /// kernel goes on by what the last process left, until the neighbours are back.
    /// </summary>
    public DatapathSpec Over(DatapathSpec older)
    {
        if (older.Self is null || (Self is not null && Self != older.Self))
        {
            return this;
        }

        DatapathSpec merged = new() { Self = older.Self, Owners = Owners };
        foreach ((ShortId id, DatapathNeighbour neighbour) in older.Neighbours.Concat(Neighbours))
        {
            // A path that worked before counts until a connection to the neighbour has one of its own.
            bool keepsFast = merged.Neighbours.TryGetValue(id, out DatapathNeighbour before) && before.Fast && neighbour.Address == default;
            merged.Neighbours[id] = keepsFast ? before : neighbour;
        }

        Put(merged.Sources, older.Sources, Sources);
        Put(merged.Routes, older.Routes, Routes.Where(pair => pair.Value.Neighbour is not null || !older.Routes.ContainsKey(pair.Key)));
        Put(merged.Hops, older.Hops, Hops.Select(pair => new KeyValuePair<ShortId, DatapathHops>(pair.Key, KeepAbsent(pair.Value, older.Hops.GetValueOrDefault(pair.Key)))));
        return merged;
    }

    /// <summary>Hops that are not back yet stay in the list.</summary>
    private DatapathHops KeepAbsent(DatapathHops hops, DatapathHops? older) =>
        hops with { Hops = [.. hops.Hops.Union((older?.Hops ?? []).Where(hop => !Neighbours.ContainsKey(hop))).Order()] };

    private static DatapathRoute Route(RoutesSnapshot routes, PeerName name) =>
        routes.Unicast.TryGetValue(name, out PeerName hop) && !hop.IsUnknown && routes.ShortIds.TryGetValue(hop, out ShortId via)
            ? DatapathRoute.Via(via)
            : DatapathRoute.None;

    private static void Put<TKey, TValue>(
        SortedDictionary<TKey, TValue> into, IEnumerable<KeyValuePair<TKey, TValue>> first, IEnumerable<KeyValuePair<TKey, TValue>> then)
        where TKey : notnull
    {
        foreach ((TKey key, TValue value) in first.Concat(then))
        {
            into[key] = value;
        }
    }

    private void AddPaths(RoutesSnapshot routes, IReadOnlyDictionary<PeerName, NeighbourPath> paths)
    {
        foreach ((PeerName name, NeighbourPath path) in paths.OrderBy(static pair => pair.Key))
        {
            ShortId id = routes.ShortIds.TryGetValue(name, out ShortId known) ? known : path.ShortId;
            if (Owners.TryGetValue(id, out PeerName owner) && owner != name)
            {
                continue; // its id is somebody else's by now: it will choose another
            }

            Neighbours[id] = new DatapathNeighbour(path.Address, path.Device, path.Carries);
            AddSource(path.Address, id);
            if (path.Source is { } source && source != path.Address)
            {
                AddSource(source, id);
            }
        }
    }

    private void AddSource(Ipv4Address address, ShortId neighbour) =>
        Sources[address] = Sources.ContainsKey(address) ? SharedSource : neighbour.Value;

    /// <summary>Next hops without a path of ours are reached by user space.</summary>
    private void AddHandedOver()
    {
        IEnumerable<ShortId> unicast = Routes.Values.Where(static route => route.Neighbour is not null).Select(static route => route.Neighbour!.Value);
        foreach (ShortId id in unicast.Concat(Hops.Values.SelectMany(static list => list.Hops)).Distinct().ToArray())
        {
            Neighbours.TryAdd(id, new DatapathNeighbour(default, 0, Fast: false));
        }
    }
}
