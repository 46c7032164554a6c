namespace Weave.Cli.Flags;

/// <summary>
/// Flags in the manner of the original's programs: <c>--flag=value</c>, <c>--flag value</c>, <c>--switch</c>,
/// <c>--switch=false</c>, quotes round a value taken off, flags end at <c>--</c>. One dash in front of a long name is
/// accepted as well. Unlike there, flags may stand behind other words.
/// </summary>
internal sealed class FlagSet<T>
{
    private readonly Dictionary<string, Flag<T>> _byName;

    internal FlagSet(IEnumerable<Flag<T>> flags)
    {
        All = [.. flags.OrderBy(flag => flag.Name, StringComparer.OrdinalIgnoreCase)];
        _byName = All.ToDictionary(flag => flag.Name, StringComparer.Ordinal);
    }

    /// <summary>In the order of help.</summary>
    internal IReadOnlyList<Flag<T>> All { get; }

    /// <summary>Reads <paramref name="args"/>; goes on after a bad flag, so that all of them are reported.</summary>
    internal FlagParse<T> Parse(T start, IReadOnlyList<string> args)
    {
        T value = start;
        List<(string, string)> given = [];
        List<string> words = [];
        List<string> problems = [];
        int at = 0;
        while (at < args.Count)
        {
            string word = args[at++];
            if (word == "--")
            {
                words.AddRange(args.Skip(at));
                break;
            }

            if (word is not ['-', _, ..])
            {
                words.Add(word);
                continue;
            }

            (string name, string? text) = Split(word);
            if (name.Length == 0 || name[0] == '-')
            {
                problems.Add($"bad flag syntax: {word}");
            }
            else if (!_byName.TryGetValue(name, out Flag<T>? flag))
            {
                if (name is "help" or "h")
                {
                    return new FlagParse<T>(value, given, [], [], HelpWanted: true);
                }

                problems.Add($"flag provided but not defined: {Dashed(word)}");
            }
            else if (text is null && !flag.IsSwitch && at == args.Count)
            {
                problems.Add($"flag needs an argument: {flag.Spelling}");
            }
            else
            {
                text ??= flag.IsSwitch ? "true" : args[at++];
                value = Apply(flag, value, text, given, problems);
            }
        }

        return new FlagParse<T>(value, given, words, problems, HelpWanted: false);
    }

    private static T Apply(Flag<T> flag, T value, string text, List<(string, string)> given, List<string> problems)
    {
        try
        {
            value = flag.Apply(value, text);
            given.Add((flag.Name, text));
        }
        catch (FormatException reason)
        {
            problems.Add(flag.IsSwitch
                ? $"invalid boolean value \"{text}\" for  {flag.Spelling}: {reason.Message}"
                : $"invalid value \"{text}\" for flag {flag.Spelling}: {reason.Message}");
        }

        return value;
    }

    private static (string Name, string? Value) Split(string word)
    {
        string body = word[(word.StartsWith("--", StringComparison.Ordinal) ? 2 : 1)..];
        int equals = body.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (body, null) : (body[..equals], Unquote(body[(equals + 1)..]));
    }

    private static string Unquote(string text) =>
        text is ['"', .., '"'] or ['\'', .., '\''] && text.Length > 1 ? text[1..^1] : text;

    private static string Dashed(string word) => word.Split('=')[0];
}
