using System.Text;

namespace Weave.Core.Firewall;

/// <summary>What to feed to <c>iptables-restore --noflush</c> so that the rules found become the rules wanted.</summary>
public static class FirewallPlan
{
    /// <summary>Empty when nothing is missing or out of place.</summary>
    public static string From(IReadOnlyList<FirewallTable> wanted, FirewallState found)
    {
        StringBuilder script = new();
        foreach (FirewallTable table in wanted)
        {
            Wrap(script, table.Name, [.. Changes(table, found)]);
        }

        return script.ToString();
    }

    /// <summary>Takes away every rule of <paramref name="wanted"/>, every jump to a chain of ours, and those chains.</summary>
    public static string Removal(IReadOnlyList<FirewallTable> wanted, FirewallState found)
    {
        StringBuilder script = new();
        foreach (FirewallTable table in wanted)
        {
            HashSet<string> ours = [.. table.Anywhere.Select(rule => rule.Rule), .. table.InForward];
            List<string> lines = [];
            foreach (string chain in found.Chains(table.Name).Where(chain => !FirewallNames.IsOurs(chain)))
            {
                lines.AddRange(found.Rules(table.Name, chain)!.Where(rule => ours.Contains(rule) || JumpsToUs(rule) || rule.Contains(FirewallNames.DoorRemark, StringComparison.Ordinal)).Select(rule => $"-D {chain} {rule}"));
            }

            string[] chains = [.. found.Chains(table.Name).Where(FirewallNames.IsOurs)];
            lines.AddRange(chains.Select(chain => $"-F {chain}"));
            lines.AddRange(chains.Select(chain => $"-X {chain}"));
            Wrap(script, table.Name, lines);
        }

        return script.ToString();
    }

    /// <summary>Takes away what a run with other options made and this one does not want: rules that others placed stay. Empty when there is nothing.</summary>
    public static string Leftovers(IReadOnlyList<FirewallTable> former, IReadOnlyList<FirewallTable> wanted, FirewallState found)
    {
        StringBuilder script = new();
        foreach (FirewallTable table in former)
        {
            IEnumerable<(string Chain, string Rule)> kept = wanted.Where(other => other.Name == table.Name).SelectMany(Placed);
            Wrap(script, table.Name,
            [
                .. Placed(table).Except(kept).Where(rule => found.Rules(table.Name, rule.Chain)?.Contains(rule.Rule) == true).Select(rule => $"-D {rule.Chain} {rule.Rule}"),
            ]);
        }

        return script.ToString();
    }

    private static IEnumerable<(string Chain, string Rule)> Placed(FirewallTable table) =>
        table.Anywhere.Select(rule => (rule.Chain, rule.Rule)).Concat(table.InForward.Select(rule => ("FORWARD", rule)));

    /// <summary>Takes away the rules for one exposed subnet; what else is there stays. Empty when there are none.</summary>
    public static string Hiding(Exposure exposure, FirewallState found)
    {
        StringBuilder script = new();
        foreach (FirewallTable table in FirewallRules.For(new FirewallSpec { Exposures = [exposure] }))
        {
            Wrap(script, table.Name,
            [
                .. table.Own.SelectMany(own => own.Rules.Where(rule => found.Rules(table.Name, own.Chain)?.Contains(rule) == true).Select(rule => $"-D {own.Chain} {rule}")),
            ]);
        }

        return script.ToString();
    }

    private static IEnumerable<string> Changes(FirewallTable table, FirewallState found)
    {
        foreach (string chain in table.Shared.Where(chain => found.Rules(table.Name, chain) is null))
        {
            yield return $":{chain} - [0:0]";
        }

        foreach ((string chain, IReadOnlyList<string> rules) in table.Own)
        {
            if (found.Rules(table.Name, chain) is { } there && there.SequenceEqual(rules))
            {
                continue;
            }

            yield return $":{chain} - [0:0]"; // creates it, or empties it
            foreach (string rule in rules)
            {
                yield return $"-A {chain} {rule}";
            }
        }

        foreach (string line in Stale(table, found))
        {
            yield return line;
        }

        foreach ((string chain, string rule) in table.Anywhere)
        {
            if (found.Rules(table.Name, chain) is not { } rules || !rules.Contains(rule))
            {
                yield return $"-A {chain} {rule}";
            }
        }

        foreach (string line in ForwardOrder.Changes(table.InForward, found.Rules(table.Name, "FORWARD") ?? []))
        {
            yield return line;
        }
    }

    /// <summary>What an earlier daemon, launched otherwise, left: jumps to chains of this table that are not wanted, and retired chains.</summary>
    private static IEnumerable<string> Stale(FirewallTable table, FirewallState found)
    {
        HashSet<string> targets = [.. table.Own.Select(own => own.Chain), .. table.Retired];
        HashSet<(string, string)> wanted = [.. table.Anywhere, .. table.InForward.Select(rule => ("FORWARD", rule))];
        foreach (string chain in found.Chains(table.Name).Where(chain => !FirewallNames.IsOurs(chain)))
        {
            foreach (string rule in found.Rules(table.Name, chain)!.Where(rule => targets.Contains(FirewallRule.TargetOf(rule)) && !wanted.Contains((chain, rule))))
            {
                yield return $"-D {chain} {rule}";
            }
        }

        foreach (string chain in table.Retired.Where(chain => found.Rules(table.Name, chain) is not null))
        {
            yield return $"-F {chain}";
            yield return $"-X {chain}";
        }
    }

    private static bool JumpsToUs(string rule) => FirewallNames.IsOurs(FirewallRule.TargetOf(rule));

    private static void Wrap(StringBuilder script, string table, List<string> lines)
    {
        if (lines.Count > 0)
        {
            script.Append('*').Append(table).Append('\n').AppendJoin('\n', lines).Append("\nCOMMIT\n");
        }
    }
}
