using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>The live entries that share a name, or an address, in table order. Immutable, so that the packet path may hold it.</summary>
public sealed class NameGroup
{
    private readonly NameEntry[]? _all; // null for one entry: most groups, and the array would be half their size
    private readonly Ipv4Address[]? _addresses;

    private NameGroup(int hash, NameEntry first, NameEntry[]? all, Ipv4Address[]? addresses, NameGroup? next)
    {
        Hash = hash;
        First = first;
        _all = all;
        _addresses = addresses;
        Next = next;
    }

    /// <summary>The entry that comes first in table order.</summary>
    public NameEntry First { get; }

    internal int Hash { get; }

    /// <summary>Another group in the same bucket.</summary>
    internal NameGroup? Next { get; }

    /// <summary>Number of different addresses.</summary>
    public int AddressCount => _addresses?.Length ?? 1;

    /// <summary>Copies addresses, each once, from the <paramref name="skip"/>th on; returns how many.</summary>
    public int CopyAddresses(Span<Ipv4Address> target, int skip = 0)
    {
        if (_addresses is null)
        {
            target[0] = First.Address;
            return 1;
        }

        int count = Math.Min(target.Length, _addresses.Length - skip);
        _addresses.AsSpan(skip, count).CopyTo(target);
        return count;
    }

    internal static NameGroup Of(int hash, NameEntry only, NameGroup? next) => new(hash, only, null, null, next);

    internal NameGroup FollowedBy(NameGroup? next) => ReferenceEquals(next, Next) ? this : new(Hash, First, _all, _addresses, next);

    /// <summary>This group with <paramref name="entry"/>, which replaces one of the same key.</summary>
    internal NameGroup With(NameEntry entry)
    {
        IEnumerable<NameEntry> others = (_all ?? [First]).Where(other => !other.SameKey(entry));
        return FromMany([.. others, entry]);
    }

    /// <summary>This group without the entry of that key; null when nothing is left.</summary>
    internal NameGroup? Without(NameEntry entry)
    {
        NameEntry[] rest = [.. (_all ?? [First]).Where(other => !other.SameKey(entry))];
        return rest.Length == 0 ? null : FromMany(rest);
    }

    private NameGroup FromMany(NameEntry[] entries)
    {
        if (entries.Length == 1)
        {
            return Of(Hash, entries[0], Next);
        }

        Array.Sort(entries, NameOrder.Table);
        Ipv4Address[] addresses = [.. entries.Select(entry => entry.Address).Distinct()];
        return new NameGroup(Hash, entries[0], entries, addresses, Next);
    }
}
