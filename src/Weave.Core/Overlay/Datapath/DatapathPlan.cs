using System.Collections.Frozen;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Core.Overlay.Datapath;

/// <summary>
/// How to come from one state of the tables to another while frames pass: what is pointed to is there before the
/// pointer, and goes after it.
/// </summary>
public static class DatapathPlan
{
    /// <summary>The changes, in the order in which they are to be made. Empty when nothing differs.</summary>
    public static IReadOnlyList<DatapathChange> From(DatapathSpec found, DatapathSpec wanted)
    {
        List<DatapathChange> plan = [];
        plan.AddRange(Changed(found.Neighbours, wanted.Neighbours).Select(pair => new DatapathChange.SetNeighbour(pair.Key, pair.Value)));
        plan.AddRange(Changed(found.Sources, wanted.Sources).Select(pair => new DatapathChange.SetSource(pair.Key, pair.Value)));
        if (wanted.Self is { } self && found.Self != self)
        {
            plan.Add(new DatapathChange.SetSelf(self));
        }

        plan.AddRange(Changed(found.Routes, wanted.Routes).Select(pair => new DatapathChange.SetRoute(pair.Key, pair.Value)));
        plan.AddRange(Changed(found.Hops, wanted.Hops).Select(pair => new DatapathChange.SetHops(pair.Key, pair.Value)));
        plan.AddRange(Gone(found.Hops, wanted.Hops).Select(id => new DatapathChange.SetHops(id, null)));
        plan.AddRange(Gone(found.Routes, wanted.Routes).Select(id => new DatapathChange.SetRoute(id, DatapathRoute.Unknown)));
        plan.AddRange(Gone(found.Sources, wanted.Sources).Select(address => new DatapathChange.SetSource(address, null)));
        plan.AddRange(Gone(found.Neighbours, wanted.Neighbours).Select(id => new DatapathChange.SetNeighbour(id, null)));
        FrozenSet<ShortId> forgotten = Forgotten(found, wanted);
        if (forgotten.Count > 0)
        {
            plan.Add(new DatapathChange.ForgetMacs(forgotten));
        }

        return plan;
    }

    private static FrozenSet<ShortId> Forgotten(DatapathSpec found, DatapathSpec wanted)
    {
        IEnumerable<ShortId> gone = Gone(found.Routes, wanted.Routes);
        IEnumerable<ShortId> sold = found.Owners
            .Where(pair => wanted.Owners.TryGetValue(pair.Key, out PeerName owner) && owner != pair.Value)
            .Select(pair => pair.Key);
        IEnumerable<ShortId> formerSelf = found.Self is { } before && wanted.Self is { } now && before != now ? [before] : [];
        return gone.Concat(sold).Concat(formerSelf).ToFrozenSet();
    }

    private static IEnumerable<KeyValuePair<TKey, TValue>> Changed<TKey, TValue>(
        SortedDictionary<TKey, TValue> found, SortedDictionary<TKey, TValue> wanted)
        where TKey : notnull
        where TValue : IEquatable<TValue> =>
        wanted.Where(pair => !found.TryGetValue(pair.Key, out TValue? now) || !now.Equals(pair.Value));

    private static IEnumerable<TKey> Gone<TKey, TValue>(SortedDictionary<TKey, TValue> found, SortedDictionary<TKey, TValue> wanted)
        where TKey : notnull =>
        found.Keys.Where(key => !wanted.ContainsKey(key));
}
