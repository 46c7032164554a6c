using System.Text.RegularExpressions;

namespace Weave.Core.Firewall;

/// <summary>
/// The same as <see cref="IptablesProhibitions"/> for tables of nft itself: of the bridge family, and, where bridged frames
/// are shown to the hooks of IP, of those. What iptables keeps in nft is left to its own words.
/// </summary>
public static partial class NftProhibitions
{
    private const int Deepest = 32;

    private static readonly string[] Iptables = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

    /// <param name="text">As <c>nft list ruleset</c> prints it.</param>
    /// <param name="traffic">Which frames.</param>
    /// <param name="shownToIp">br_netfilter is on.</param>
    /// <param name="ipv6">For IPv6 frames, or for all others.</param>
    /// <returns>The rule, with table and chain in front; null when there is none.</returns>
    public static string? Find(string text, BridgedTraffic traffic, bool shownToIp, bool ipv6)
    {
        NftRuleset ruleset = NftRuleset.Parse(text);
        foreach (NftChain chain in ruleset.Chains.Where(chain => IsPassed(chain, traffic, shownToIp, ipv6)))
        {
            if (Through(ruleset, chain, traffic, ipv6, 0, out bool accepted) is { } rule)
            {
                return rule;
            }

            if (chain.DropsByDefault && !accepted)
            {
                return $"{chain.Table} {chain.Name} policy drop";
            }
        }

        return null;
    }

    private static bool IsPassed(NftChain chain, BridgedTraffic traffic, bool shownToIp, bool ipv6) => chain.Family switch
    {
        "bridge" => chain.Where is "prerouting" or "forward" or "postrouting",
        "netdev" => chain.Where.Length > 0 && traffic.Ports.Any(port => chain.Devices.Contains($"\"{port}\"", StringComparison.Ordinal) || chain.Devices.Contains($" {port} ", StringComparison.Ordinal)),
        "inet" => shownToIp && chain.Where is "prerouting" or "forward" or "postrouting",
        "ip" => shownToIp && !ipv6 && chain.Where is "prerouting" or "forward" or "postrouting" && !Iptables.Contains(chain.Name),
        "ip6" => shownToIp && ipv6 && chain.Where is "prerouting" or "forward" or "postrouting" && !Iptables.Contains(chain.Name),
        _ => false,
    };

    /// <summary>The rule in this chain or below it. When <paramref name="accepted"/>, nobody is asked after it.</summary>
    private static string? Through(NftRuleset ruleset, NftChain chain, BridgedTraffic traffic, bool ipv6, int depth, out bool accepted)
    {
        accepted = false;
        foreach (string rule in chain.Rules)
        {
            About match = NftMatch.Of(rule, chain.Family, traffic, ipv6);
            if (match is About.No)
            {
                continue;
            }

            string verdicts = NftMatch.Verdicts(rule, chain, ruleset, traffic);
            if (Forbidding().IsMatch(verdicts))
            {
                return $"{chain.Table} {chain.Name} {rule}";
            }

            bool certain = match is About.Yes;
            foreach (Match jump in Jump().Matches(verdicts))
            {
                if (depth < Deepest && ruleset.Chain(chain.Table, jump.Groups["chain"].Value) is { } next)
                {
                    if (Through(ruleset, next, traffic, ipv6, depth + 1, out bool ends) is { } found)
                    {
                        return found;
                    }

                    accepted |= ends && certain;
                }
            }

            accepted |= certain && verdicts.EndsWith("accept", StringComparison.Ordinal);
            if (accepted || (certain && Leaving().IsMatch(verdicts)))
            {
                return null;
            }
        }

        return null;
    }

    [GeneratedRegex(@"\b(drop|reject|queue|dnat|redirect|tproxy|synproxy|fwd|dup|log)\b")]
    private static partial Regex Forbidding();

    [GeneratedRegex(@"\b(?:jump|goto) (?<chain>\S+)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"\breturn$|\bgoto \S+$")]
    private static partial Regex Leaving();
}
