namespace Weave.Core.Firewall;

/// <summary>
/// Finds the rule of iptables, if there is one, that may have something to do with frames between containers that pass the
/// bridge: forbids, logs or redirects them. Cautious: what it does not understand counts. Our rules are transparent, but
/// for those that accept in FORWARD, after which nobody is asked.
/// </summary>
public static class IptablesProhibitions
{
    private const int Deepest = 32;

    private static readonly (string Table, string Chain)[] Passed =
    [
        ("raw", "PREROUTING"), ("mangle", "PREROUTING"), ("nat", "PREROUTING"), ("mangle", "FORWARD"), ("filter", "FORWARD"), ("security", "FORWARD"), ("mangle", "POSTROUTING"),
    ];

    /// <summary>Targets that neither forbid nor tell anybody.</summary>
    private static readonly HashSet<string> Harmless =
    [
        "ACCEPT", "RETURN", "MARK", "CONNMARK", "CT", "NOTRACK", "TCPMSS", "CLASSIFY", "CHECKSUM", "DSCP", "TOS", "SECMARK", "CONNSECMARK", "RATEEST", "SET", "ECN",
        "SNAT", "MASQUERADE",
    ];

    private enum Outcome
    {
        Goes,
        Leaves, // this chain
        Accepted, // nobody is asked any more
        Forbidden,
    }

    /// <returns>The rule, with its chain in front; null when there is none.</returns>
    public static string? Find(FirewallState found, BridgedTraffic traffic)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(traffic);
        Walk walk = new(found, traffic);
        foreach ((string table, string chain) in Passed)
        {
            if (walk.Through(table, chain, 0) is Outcome.Forbidden)
            {
                return walk.Rule;
            }
        }

        return null;
    }

    private sealed class Walk(FirewallState found, BridgedTraffic traffic)
    {
        private readonly Dictionary<(string Table, string Chain), Outcome> _known = [];

        internal string? Rule { get; private set; }

        internal Outcome Through(string table, string chain, int depth)
        {
            if (!_known.TryGetValue((table, chain), out Outcome outcome))
            {
                outcome = depth > Deepest ? Outcome.Goes : First(table, chain, depth); // nobody can have chains that deep
                outcome = outcome is Outcome.Leaves ? Outcome.Goes : outcome;
                _known[(table, chain)] = outcome;
            }

            return outcome;
        }

        private Outcome First(string table, string chain, int depth)
        {
            foreach (string rule in found.Rules(table, chain) ?? [])
            {
                string[] words = FirewallRule.Words(rule);
                About match = IptablesMatch.Of(words, traffic, table);
                if (match is About.No)
                {
                    continue;
                }

                Outcome outcome = Apply(table, chain, rule, depth);
                if (outcome is Outcome.Forbidden || (outcome is not Outcome.Goes && match is About.Yes))
                {
                    return outcome;
                }
            }

            return Outcome.Goes;
        }

        private Outcome Apply(string table, string chain, string rule, int depth)
        {
            string target = FirewallRule.TargetOf(rule);
            if (found.Rules(table, target) is not null)
            {
                Outcome outcome = Through(table, target, depth + 1);
                return outcome is Outcome.Goes && rule.Contains("-g ", StringComparison.Ordinal) ? Outcome.Leaves : outcome;
            }

            if (target.Length == 0 || Harmless.Contains(target))
            {
                return target switch { "ACCEPT" => Outcome.Accepted, "RETURN" => Outcome.Leaves, _ => Outcome.Goes };
            }

            Rule = $"-t {table} -A {chain} {rule}";
            return Outcome.Forbidden;
        }
    }
}
