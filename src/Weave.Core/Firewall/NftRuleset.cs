namespace Weave.Core.Firewall;

/// <summary>What <c>nft list ruleset</c> prints, as far as chains, rules and elements go. Lines that it does not know are passed over.</summary>
internal sealed class NftRuleset
{
    private readonly List<NftChain> _chains = [];
    private readonly Dictionary<(string Table, string Set), string> _elements = [];

    internal IReadOnlyList<NftChain> Chains => _chains;

    /// <summary>Without the braces; null when there is no such set or map.</summary>
    internal string? Elements(string table, string set) => _elements.GetValueOrDefault((table, set));

    internal NftChain? Chain(string table, string name) => _chains.Find(chain => chain.Table == table && chain.Name == name);

    internal static NftRuleset Parse(string text)
    {
        NftRuleset ruleset = new();
        string table = "";
        string set = "";
        NftChain? chain = null;
        bool inElements = false;
        foreach (string line in text.Split('\n').Select(line => line.Trim()))
        {
            switch (line.Split(' '))
            {
                case ["table", var family, var name, "{"]:
                    (table, set, chain) = ($"{family} {name}", "", null);
                    break;
                case ["chain", var name, "{"]:
                    chain = new NftChain(table, name);
                    ruleset._chains.Add(chain);
                    break;
                case ["set" or "map", var name, "{"]:
                    (set, chain) = (name, null);
                    ruleset._elements[(table, set)] = "";
                    break;
                case ["}"]:
                    (set, chain) = ("", null);
                    break;
                case ["type", _, "hook", ..]:
                    chain?.Hook(line);
                    break;
                case [not ""] or [not "", _, ..] when chain is not null:
                    chain.Rules.Add(line);
                    break;
                default:
                    inElements |= line.StartsWith("elements =", StringComparison.Ordinal);
                    if (set.Length > 0 && inElements)
                    {
                        ruleset._elements[(table, set)] += " " + line.Replace("elements = {", "", StringComparison.Ordinal).Trim('}', ' ');
                        inElements = !line.EndsWith('}');
                    }

                    break;
            }
        }

        return ruleset;
    }
}
