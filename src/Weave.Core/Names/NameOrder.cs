using Weave.Wire.Names;

namespace Weave.Core.Names;

/// <summary>The two orders of entries, and their key.</summary>
/// <remarks>docs/wire/names.md §2.</remarks>
public static class NameOrder
{
    /// <summary>As sent: host name with its case, origin, container, address.</summary>
    public static IComparer<NameEntry> Wire { get; } = Comparer<NameEntry>.Create(CompareWire);

    /// <summary>As shown, and as searched for reverse lookups: host name without its case first.</summary>
    public static IComparer<NameEntry> Table { get; } = Comparer<NameEntry>.Create(CompareTable);

    /// <summary>Equality of keys.</summary>
    public static IEqualityComparer<NameEntry> Key { get; } = new KeyComparer();

    private static int CompareWire(NameEntry left, NameEntry right)
    {
        int order = string.CompareOrdinal(left.Hostname, right.Hostname);
        return order != 0 ? order : CompareRest(left, right);
    }

    private static int CompareTable(NameEntry left, NameEntry right)
    {
        int order = CompareLower(left.Hostname, right.Hostname);
        order = order != 0 ? order : CompareRest(left, right);
        return order != 0 ? order : string.CompareOrdinal(left.Hostname, right.Hostname);
    }

    private static int CompareRest(NameEntry left, NameEntry right)
    {
        int order = left.Origin.CompareTo(right.Origin);
        order = order != 0 ? order : string.CompareOrdinal(left.Container, right.Container);
        return order != 0 ? order : left.Address.CompareTo(right.Address);
    }

    // Not OrdinalIgnoreCase: that folds to capitals, which puts "_" behind letters instead of in front.
    private static int CompareLower(string left, string right)
    {
        int shared = Math.Min(left.Length, right.Length);
        for (int i = 0; i < shared; i++)
        {
            int order = Lower(left[i]) - Lower(right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length - right.Length;
    }

    private static int Lower(char c) => char.IsAsciiLetterUpper(c) ? c | 0x20 : c;

    private sealed class KeyComparer : IEqualityComparer<NameEntry>
    {
        public bool Equals(NameEntry? x, NameEntry? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.SameKey(y));

        // The tables that use it are never walked in their own order, so seeds of string hashes do no harm.
        public int GetHashCode(NameEntry entry) =>
            HashCode.Combine(entry.Address.Value, entry.Origin.Value, string.GetHashCode(entry.Hostname, StringComparison.Ordinal));
    }
}
