namespace Weave.Core.Firewall;

/// <summary>Reading of one rule, as <c>iptables-save</c> prints it.</summary>
internal static class FirewallRule
{
    /// <summary>Where it sends what it matches: after <c>-j</c> or <c>-g</c>. Empty when it only counts.</summary>
    internal static string TargetOf(string rule)
    {
        string[] words = Words(rule);
        int at = Array.FindLastIndex(words, word => word is "-j" or "-g");
        return at >= 0 && at + 1 < words.Length ? words[at + 1] : "";
    }

    /// <summary>Its words; what stands between quotation marks is one.</summary>
    internal static string[] Words(string rule)
    {
        List<string> words = [];
        string[] parts = rule.Split('"');
        for (int i = 0; i < parts.Length; i++)
        {
            words.AddRange(i % 2 == 1 ? [parts[i]] : parts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return [.. words];
    }
}
