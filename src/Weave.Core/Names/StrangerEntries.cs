using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>
/// Entries of peers that are not in the topology, kept for a moment in case they enter it: after a partition the names of
/// a peer may arrive before the news that it is there.
/// </summary>
/// <remarks>
/// The original drops them, and has them back only with the next periodic gossip, 30 s later. Bounded in number and
/// time, so that peers that are gone for good cost nothing.
/// </remarks>
internal sealed class StrangerEntries
{
    private const int MostEntries = 50_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<PeerName, (TimeSpan Until, Dictionary<NameEntry, NameEntry> Entries)> _byOrigin = [];
    private int _count;

    internal void Keep(TimeSpan now, NameEntry entry)
    {
        if (!_byOrigin.TryGetValue(entry.Origin, out (TimeSpan Until, Dictionary<NameEntry, NameEntry> Entries) kept))
        {
            kept.Entries = new Dictionary<NameEntry, NameEntry>(NameOrder.Key);
        }

        if (kept.Entries.TryGetValue(entry, out NameEntry? known) ? !entry.Supersedes(known) : _count >= MostEntries)
        {
            return;
        }

        _count += known is null ? 1 : 0;
        kept.Entries[entry] = entry;
        _byOrigin[entry.Origin] = (now + Patience, kept.Entries);
    }

    /// <summary>What was kept for <paramref name="origin"/> and is not too old. It is forgotten here.</summary>
    internal IEnumerable<NameEntry> Take(TimeSpan now, PeerName origin)
    {
        if (!_byOrigin.Remove(origin, out (TimeSpan Until, Dictionary<NameEntry, NameEntry> Entries) kept))
        {
            return [];
        }

        _count -= kept.Entries.Count;
        return now <= kept.Until ? kept.Entries.Values.Order(NameOrder.Wire) : [];
    }

    /// <summary>Forgets what is too old.</summary>
    internal void Expire(TimeSpan now)
    {
        foreach (PeerName origin in _byOrigin.Where(pair => pair.Value.Until < now).Select(pair => pair.Key).ToList())
        {
            _ = Take(now, origin);
        }
    }
}
