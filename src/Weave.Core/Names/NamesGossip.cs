using Weave.Core.Mesh;
using Weave.Wire.Names;

namespace Weave.Core.Names;

/// <summary>Entries to be told, with the clock of the teller. Immutable; no key occurs twice, which would end an original peer.</summary>
/// <remarks>docs/wire/names.md §2.</remarks>
public sealed class NamesGossip : GossipData
{
    // An original peer refuses messages over 10 MiB. Names of 255 and container ids of 64 bytes stay below 8 MiB with this.
    private const int EntriesPerMessage = 20_000;

    private readonly NameEntry[] _entries;

    private NamesGossip(long timestamp, NameEntry[] entries)
    {
        Timestamp = timestamp;
        _entries = entries;
    }

    /// <summary>Unix seconds of whoever made this.</summary>
    public long Timestamp { get; }

    /// <summary>In the order in which they are sent.</summary>
    public IReadOnlyList<NameEntry> Entries => _entries;

    /// <summary>Of entries with the same key the newest is kept.</summary>
    public static NamesGossip Of(long timestamp, IEnumerable<NameEntry> entries)
    {
        NameEntry[] sorted = [.. entries];
        Array.Sort(sorted, NameOrder.Wire);
        return new NamesGossip(timestamp, DropRepeatedKeys(sorted));
    }

    /// <summary>The same, for entries that are in wire order and have no key twice. The array must not change any more.</summary>
    internal static NamesGossip OfSorted(long timestamp, NameEntry[] entries) => new(timestamp, entries);

    public override GossipData Merge(GossipData newer)
    {
        NamesGossip other = (NamesGossip)newer;
        return Of(Math.Max(Timestamp, other.Timestamp), _entries.Concat(other._entries));
    }

    public override void Encode(ICollection<byte[]> payloads)
    {
        for (int at = 0; at < _entries.Length; at += EntriesPerMessage)
        {
            payloads.Add(NamesMessage.Encode(Timestamp, _entries.AsSpan(at, Math.Min(EntriesPerMessage, _entries.Length - at))));
        }
    }

    private static NameEntry[] DropRepeatedKeys(NameEntry[] sorted)
    {
        int kept = 0;
        foreach (NameEntry entry in sorted)
        {
            if (kept > 0 && sorted[kept - 1].SameKey(entry))
            {
                sorted[kept - 1] = entry.Supersedes(sorted[kept - 1]) ? entry : sorted[kept - 1];
            }
            else
            {
                sorted[kept++] = entry;
            }
        }

        return kept == sorted.Length ? sorted : sorted[..kept];
    }
}
