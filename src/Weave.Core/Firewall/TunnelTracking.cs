namespace Weave.Core.Firewall;

/// <summary>Whether the host would miss the connections that the kernel keeps for the tunnel's packets.</summary>
public static class TunnelTracking
{
    private static readonly string[] Translating = ["SNAT", "MASQUERADE", "DNAT", "REDIRECT", "NETMAP"];

    /// <summary>
    /// Nobody asks for the state of what is on its way to <paramref name="port"/>: a firewall that lets in what is new, or
    /// keeps out what is not tracked, would cut the tunnel; and a translation needs a connection.
    /// </summary>
    public static bool IsNeedless(FirewallState found, int port)
    {
        ArgumentNullException.ThrowIfNull(found);
        return !Foreign(found, "filter").Concat(Foreign(found, "mangle")).Any(AsksForState)
            && !Foreign(found, "nat").Any(rule => Translates(rule, port));
    }

    private static IEnumerable<string[]> Foreign(FirewallState found, string table) =>
        found.Chains(table).Where(chain => !FirewallNames.IsOurs(chain)).SelectMany(chain => found.Rules(table, chain)!).Select(FirewallRule.Words);

    private static bool AsksForState(string[] words)
    {
        string[] states = After(words, word => word is "--ctstate" or "--state").Split(',');
        string target = After(words, word => word is "-j" or "-g");
        return states.Contains("UNTRACKED") ? target != "ACCEPT" : states.Contains("NEW") && target == "ACCEPT";
    }

    /// <summary>For all, or for our port in particular. Translations for containers name their subnet, those of Kubernetes a mark.</summary>
    private static bool Translates(string[] words, int port)
    {
        bool forUs = words.Contains(port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Translating.Contains(After(words, word => word is "-j" or "-g"))
            && (forUs || !words.Any(word => word is "-s" or "--mark" or "--dport" or "--dports" or "-d" or "tcp"));
    }

    private static string After(string[] words, Predicate<string> option) =>
        Array.FindLastIndex(words, option) is var at && at >= 0 && at + 1 < words.Length ? words[at + 1] : "";
}
