using System.Globalization;
using Weave.Core.Firewall;

namespace Weave.Tests.Core.Firewall;

/// <summary>A host's rules: does what <c>iptables-restore --noflush</c> does with the lines that we write.</summary>
internal sealed class FirewallHost
{
    private readonly SortedDictionary<string, SortedDictionary<string, List<string>>> _tables = new(StringComparer.Ordinal);

    internal FirewallHost(string saved) => Restore(saved);

    internal FirewallState State => FirewallState.Parse(Save());

    internal string Save() => string.Concat(_tables.Where(table => table.Value.Count > 0).Select(table =>
        $"*{table.Key}\n{string.Concat(table.Value.Keys.Select(chain => $":{chain} - [0:0]\n"))}{string.Concat(table.Value.SelectMany(chain => chain.Value.Select(rule => $"-A {chain.Key} {rule}\n")))}COMMIT\n"));

    internal void Restore(string script)
    {
        string table = "";
        foreach (string line in script.Split('\n').Where(line => line.Length > 0 && line != "COMMIT"))
        {
            if (line[0] == '*')
            {
                table = line[1..];
                continue;
            }

            string[] words = line.Split(' ', 3);
            if (line[0] == ':')
            {
                Chain(table, words[0][1..]).Clear();
                continue;
            }

            Change(table, words);
        }
    }

    internal void Damage(string how)
    {
        switch (how)
        {
            case "-F":
                foreach (List<string> rules in _tables.Values.SelectMany(table => table.Values))
                {
                    rules.Clear();
                }

                break;
            case "-D INPUT":
                Chain("filter", "INPUT").RemoveAt(2);
                break;
            case "-X WEAVE-CANARY":
                _tables["nat"].Remove("WEAVE-CANARY");
                break;
            case "docker restarted":
                Chain("filter", "FORWARD").RemoveAll(rule => rule is "-j DOCKER-USER" or "-j DOCKER-FORWARD");
                Chain("filter", "FORWARD").InsertRange(0, ["-j DOCKER-USER", "-j DOCKER-FORWARD"]);
                break;
            default:
                Chain("filter", "FORWARD").Reverse(1, 3);
                break;
        }
    }

    private void Change(string table, string[] words)
    {
        List<string> rules = Chain(table, words[1]);
        switch (words[0])
        {
            case "-A":
                rules.Add(words[2]);
                break;
            case "-D":
                Assert.True(rules.Remove(words[2]), $"no such rule: {words[2]}");
                break;
            case "-I":
                string[] placed = words[2].Split(' ', 2);
                rules.Insert(int.Parse(placed[0], CultureInfo.InvariantCulture) - 1, placed[1]);
                break;
            case "-F":
                rules.Clear();
                break;
            case "-X":
                Assert.DoesNotContain(_tables[table].Values.SelectMany(all => all), rule => rule.EndsWith($"-j {words[1]}", StringComparison.Ordinal));
                _tables[table].Remove(words[1]);
                break;
            default:
                Assert.Fail($"unknown line: {string.Join(' ', words)}");
                break;
        }
    }

    private List<string> Chain(string table, string chain)
    {
        if (!_tables.TryGetValue(table, out SortedDictionary<string, List<string>>? chains))
        {
            _tables[table] = chains = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        }

        if (!chains.TryGetValue(chain, out List<string>? rules))
        {
            chains[chain] = rules = [];
        }

        return rules;
    }
}
