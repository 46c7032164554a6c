using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>The live entries that share a name, or an address, in table order. Immutable, so that the packet path may hold it.</summary>
public sealed class NameGroup
{
    private readonly Many? _many; // null for one entry: that is most groups, and each byte here counts twice per name

    private NameGroup(int hash, NameEntry first, Many? many, NameGroup? next)
    {
        Hash = hash;
        First = first;
        _many = many;
        Next = next;
    }

    /// <summary>The entry that comes first in table order.</summary>
    public NameEntry First { get; }

    internal int Hash { get; }

    /// <summary>Another group in the same bucket.</summary>
    internal NameGroup? Next { get; }

    /// <summary>All of them, in table order.</summary>
    public IEnumerable<NameEntry> Entries => _many?.Entries ?? [First];

    /// <summary>Number of different addresses.</summary>
    public int AddressCount => _many?.Addresses.Length ?? 1;

    /// <summary>Copies addresses, each once, from the <paramref name="skip"/>th on; returns how many.</summary>
    public int CopyAddresses(Span<Ipv4Address> target, int skip = 0)
    {
        if (_many is null)
        {
            target[0] = First.Address;
            return 1;
        }

        int count = Math.Min(target.Length, _many.Addresses.Length - skip);
        _many.Addresses.AsSpan(skip, count).CopyTo(target);
        return count;
    }

    internal static NameGroup Of(int hash, NameEntry only, NameGroup? next) => new(hash, only, null, next);

    internal NameGroup FollowedBy(NameGroup? next) => ReferenceEquals(next, Next) ? this : new(Hash, First, _many, next);

    /// <summary>This group with <paramref name="entry"/>, which replaces one of the same key.</summary>
    internal NameGroup With(NameEntry entry)
    {
        NameEntry[] entries = _many?.Entries ?? [First];
        int at = Array.BinarySearch(entries, entry, NameOrder.Table);
        entries = at >= 0
            ? [.. entries.AsSpan(0, at), entry, .. entries.AsSpan(at + 1)]
            : [.. entries.AsSpan(0, ~at), entry, .. entries.AsSpan(~at)];
        Ipv4Address[] addresses = _many?.Addresses ?? [First.Address];
        return From(entries, addresses.AsSpan().Contains(entry.Address) ? addresses : [.. addresses, entry.Address]);
    }

    /// <summary>This group without the entry of that key; null when nothing is left.</summary>
    internal NameGroup? Without(NameEntry entry)
    {
        NameEntry[] entries = _many?.Entries ?? [First];
        int at = Array.BinarySearch(entries, entry, NameOrder.Table);
        if (at < 0)
        {
            return this;
        }

        entries = [.. entries.AsSpan(0, at), .. entries.AsSpan(at + 1)];
        if (entries.Length == 0)
        {
            return null;
        }

        Ipv4Address[] addresses = _many?.Addresses ?? [First.Address];
        bool remains = Array.Exists(entries, other => other.Address == entry.Address);
        return From(entries, remains ? addresses : [.. addresses.Where(address => address != entry.Address)]);
    }

    private NameGroup From(NameEntry[] entries, Ipv4Address[] addresses) =>
        entries.Length == 1 ? Of(Hash, entries[0], Next) : new NameGroup(Hash, entries[0], new Many(entries, addresses), Next);

    private sealed record Many(NameEntry[] Entries, Ipv4Address[] Addresses);
}
