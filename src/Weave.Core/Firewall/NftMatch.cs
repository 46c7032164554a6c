using System.Text.RegularExpressions;

namespace Weave.Core.Firewall;

/// <summary>Whether a rule of nft is about frames between containers, and what it then does.</summary>
internal static partial class NftMatch
{
    internal static About Of(string rule, string family, BridgedTraffic traffic, bool ipv6)
    {
        string rest = Remark().Replace(rule, "");
        if (OfIpv6().IsMatch(rest) != OfIpv4().IsMatch(rest) && OfIpv6().IsMatch(rest) != ipv6)
        {
            return About.No; // about the others
        }

        About match = About.Yes;
        foreach (Match condition in Condition().Matches(rest))
        {
            About here = One(condition.Groups["key"].Value, condition.Groups["not"].Success, Values(condition.Groups["value"].Value), family, traffic);
            match = here < match ? here : match;
        }

        rest = Condition().Replace(rest, "");
        return match is About.Yes && !Unconditional().IsMatch(rest) ? About.Maybe : match;
    }

    /// <summary>The rule without remarks and texts, and with those elements of its verdict maps that may be meant.</summary>
    internal static string Verdicts(string rule, NftChain chain, NftRuleset ruleset, BridgedTraffic traffic)
    {
        string text = Status().Replace(Remark().Replace(rule, ""), "");
        if (Map().Match(text) is not { Success: true } map)
        {
            return Set().Replace(text, ""); // names of sets and chains in them are no verdicts
        }

        string elements = map.Groups["inline"].Success ? map.Groups["inline"].Value : ruleset.Elements(chain.Table, map.Groups["name"].Value) ?? "drop";
        IEnumerable<string> meant = elements.Split(',').Where(element => Concerns(element.Split(':', 2)[0], chain.Family, traffic)).Select(element => element.Split(':', 2)[^1].Trim());
        return string.Join(" , ", meant);
    }

    private static bool Concerns(string key, string family, BridgedTraffic traffic)
    {
        string[] names = [.. Quoted().Matches(key).Select(name => name.Groups[1].Value)];
        return key.Trim() is not "invalid" && (names.Length == 0 || names.All(name => IsOnPath(name, family, traffic)));
    }

    private static About One(string key, bool not, string[] values, string family, BridgedTraffic traffic) => key switch
    {
        "ct state" when !not && values is ["invalid"] => About.No,
        "fib daddr type" or "fib saddr type" when !not && values is ["local"] => About.No,
        "ip saddr" or "ip daddr" when !not => values.Any(value => value.StartsWith('@') || value.Contains('-', StringComparison.Ordinal) || traffic.MayBeOurs(value)) ? About.Maybe : About.No,
        "meta ibrname" or "meta obrname" or "ibrname" or "obrname" => Judge(not, values, name => Is(name, traffic.Bridge)),
        "iifname" or "oifname" or "iif" or "oif" or "meta iifname" or "meta oifname" or "meta iif" or "meta oif" when family != "bridge" => Judge(not, values, name => Is(name, traffic.Bridge)),
        "iifname" or "oifname" or "iif" or "oif" or "meta iifname" or "meta oifname" or "meta iif" or "meta oif" =>
            not || values.Any(value => value.StartsWith('@') || IsOnPath(value, family, traffic)) ? About.Maybe : About.No,
        _ => About.Maybe,
    };

    private static About Judge(bool not, string[] values, Predicate<string> isOurs) =>
        values.Any(value => value.StartsWith('@')) ? About.Maybe : Array.Exists(values, isOurs) != not ? About.Yes : About.No;

    private static bool IsOnPath(string name, string family, BridgedTraffic traffic) =>
        family is "bridge" or "netdev" ? traffic.Ports.Append(traffic.Bridge).Any(port => Is(name, port)) : Is(name, traffic.Bridge);

    private static bool Is(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == name;

    private static string[] Values(string value) =>
        [.. value.Trim('{', '}', ' ').Split(',').Select(one => one.Trim().Trim('"'))];

    [GeneratedRegex(@"\b(ip6|icmpv6|nfproto ipv6)\b")]
    private static partial Regex OfIpv6();

    [GeneratedRegex(@"\b(ip|icmp|nfproto ipv4)\b")]
    private static partial Regex OfIpv4();

    [GeneratedRegex("comment \"[^\"]*\"|prefix \"[^\"]*\"|counter( packets \\d+ bytes \\d+)?|# handle \\d+")]
    private static partial Regex Remark();

    /// <summary>A condition with words of verdicts in it.</summary>
    [GeneratedRegex(@"ct status (!= )?\S+")]
    private static partial Regex Status();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"@\S+|\{[^}]*\}")]
    private static partial Regex Set();

    [GeneratedRegex(@"\bvmap (?:\{(?<inline>[^}]*)\}|@(?<name>\S+))")]
    private static partial Regex Map();

    /// <summary>A condition whose meaning is known, unless its verdicts come from a map.</summary>
    [GeneratedRegex("""(?<key>ct state|fib [sd]addr type|ip [sd]addr|meta [io]brname|[io]brname|meta [io]ifname|meta [io]if|[io]ifname|[io]if) (?!vmap|\.|and|&)(?<not>!= )?(?<value>\{[^}]*\}|"[^"]*"|\S+)""")]
    private static partial Regex Condition();

    [GeneratedRegex(@"^\s*(accept|return|drop|continue|(jump|goto) \S+)?\s*$")]
    private static partial Regex Unconditional();
}
