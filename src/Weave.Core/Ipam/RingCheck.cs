using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Whether entries make sense by themselves.</summary>
/// <remarks>docs/wire/ipam.md §2. The words are the original's: they reach users through logs and status.</remarks>
public static class RingCheck
{
    /// <summary>The first thing that is wrong, in words; null when nothing is.</summary>
    public static string? FirstFault(IReadOnlyList<RingEntry> entries, Ipv4Range range)
    {
        if (entries.Count == 0)
        {
            return null;
        }

        if (range.IsEmpty)
        {
            return "Token is out of range";
        }

        return Order(entries)
            ?? (entries[0].Token < range.Start || entries[^1].Token.Value >= range.End.Value ? "Token is out of range" : null)
            ?? Free(entries, new Ring(range, PeerName.Unknown));
    }

    private static string? Order(IReadOnlyList<RingEntry> entries)
    {
        bool repeated = false;
        for (int i = 1; i < entries.Count; i++)
        {
            if (entries[i].Token < entries[i - 1].Token)
            {
                return "Ring not sorted";
            }

            repeated |= entries[i].Token == entries[i - 1].Token;
        }

        return repeated ? "Token appears twice in ring" : null;
    }

    private static string? Free(IReadOnlyList<RingEntry> entries, Ring circle)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            Ipv4Address next = entries[(i + 1) % entries.Count].Token;
            uint length = circle.Distance(entries[i].Token, next);
            if (entries[i].Free > length)
            {
                return $"Entry {entries[i].Token}-{next} reporting too much free space: {entries[i].Free} > {length}";
            }
        }

        return null;
    }
}
