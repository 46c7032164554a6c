using System.Globalization;
using Weave.Wire.Primitives;

namespace Weave.Daemon;

/// <summary>How the allocator's ring comes into being, from <c>--ipalloc-init</c>.</summary>
/// <remarks>docs/wire/ipam.md, section 4.2 of the protocol.</remarks>
public abstract record AllocationMode
{
    private AllocationMode()
    {
    }

    /// <summary>A quorum of peers agrees. <see cref="Peers"/> is their number, or null to guess it from the targets.</summary>
    public sealed record Consensus(int? Peers) : AllocationMode;

    /// <summary>These peers share the range from the start; all must be given the same list.</summary>
    public sealed record Seed(IReadOnlyList<PeerName> Names) : AllocationMode;

    /// <summary>Takes no part in the agreement.</summary>
    public sealed record Observer : AllocationMode;

    /// <summary>Reads <c>consensus[=n]</c>, <c>seed=name,...</c>, <c>observer</c>; empty is consensus of a guessed number.</summary>
    /// <exception cref="FormatException">None of these; the message is the original's.</exception>
    public static AllocationMode Parse(string text)
    {
        string[] parts = text.Split('=', 2);
        return parts switch
        {
            [""] or ["consensus"] => new Consensus(null),
            ["consensus", var count] => new Consensus(ParseCount(count)),
            ["seed"] => throw new FormatException("seed mode requires peer name list"),
            ["seed", var names] => new Seed(ParseNames(names)),
            ["observer"] => new Observer(),
            ["observer", _] => throw new FormatException("observer mode takes no parameter"),
            _ => throw new FormatException($"unknown mode: {parts[0]}"),
        };
    }

    private static int? ParseCount(string text) =>
        !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count)
            ? throw new FormatException($"bad consensus parameter: strconv.Atoi: parsing \"{text}\": invalid syntax")
            : count > 0 ? count : null;

    private static IReadOnlyList<PeerName> ParseNames(string text) =>
        text.Length == 0 ? [] : [.. text.Split(',').Select(ParseName)];

    private static PeerName ParseName(string text) => PeerName.TryParse(text, out PeerName name)
        ? name
        : throw new FormatException($"bad seed parameter: error parsing peer names: invalid peer name \"{text}\"");
}
