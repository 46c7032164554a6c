namespace Weave.Core.Firewall;

/// <summary>Whether a rule of iptables is about frames between containers.</summary>
internal static class IptablesMatch
{
    internal static About Of(string[] words, BridgedTraffic traffic, string table)
    {
        About match = About.Yes;
        for (int i = 0; i < words.Length && match is not About.No; i++)
        {
            if (words[i] is "-j" or "-g")
            {
                break; // what follows are options of the target
            }

            if (words[i] == "--comment")
            {
                i++;
                continue;
            }

            if (!words[i].StartsWith('-') || words[i] == "-m")
            {
                continue;
            }

            bool not = i > 0 && words[i - 1] == "!";
            string value = i + 1 < words.Length ? words[i + 1] : "";
            About here = One(words[i], value, not, traffic, table);
            match = here < match ? here : match;
        }

        return match;
    }

    private static About One(string option, string value, bool not, BridgedTraffic traffic, string table) => option switch
    {
        "-i" or "-o" => IsBridge(value, traffic.Bridge) != not ? About.Yes : About.No,
        "--physdev-in" or "--physdev-out" when !not => traffic.Ports.Any(port => IsBridge(value, port)) ? About.Maybe : About.No,
        "--dst-type" or "--src-type" when !not && value is "LOCAL" => About.No, // the host's own, which nobody switches
        "-d" when !not && table == "nat" => traffic.IsOurs(value) ? About.Maybe : About.No,
        "-s" or "-d" when !not => traffic.MayBeOurs(value) ? About.Maybe : About.No,
        // Not who may talk to whom, but order in connections that only the bridge's way keeps.
        "--ctstate" or "--state" when !not && value is "INVALID" => About.No,
        _ => About.Maybe,
    };

    private static bool IsBridge(string pattern, string name) =>
        pattern.EndsWith('+') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == name;
}
