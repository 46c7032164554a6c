using System.Text.Json;
using System.Text.RegularExpressions;

namespace Weave.SystemTests.Http;

/// <summary>What must be the same in two answers: names and types in JSON, words and columns in text.</summary>
internal static partial class ReplyShape
{
    /// <summary>
    /// Lines in order of the alphabet, as the original lists maps in any order. Numbers and addresses stand for each other,
    /// in columns only those that take up as much room. Which of two peers dialled is left to chance; of a time Go prints its
    /// reading of another clock, too.
    /// </summary>
    internal static string OfText(string text) =>
        string.Join('\n', text.Split('\n').Select(line => Number().Replace(Peer().Replace(Time().Replace(Arrow().Replace(line, "$1--"), "TIME"), Letter), Room)).Order(StringComparer.Ordinal));

    /// <summary>Names, labels, help and types of the metrics that the original has.</summary>
    internal static string[] OfMetrics(string text) =>
        [.. text.Split('\n').Where(line => line.Contains("weave_", StringComparison.Ordinal)).Select(line => line.StartsWith('#') ? line : line[..line.LastIndexOf(' ')])];

    /// <summary>Members that one has and the other has not, or has with another type. What is null or empty in one says nothing about the other.</summary>
    internal static IEnumerable<string> Differences(string recorded, string ours)
    {
        Dictionary<string, string> theirs = Members(recorded);
        Dictionary<string, string> got = Members(ours);
        return
        [
            .. theirs.Where(member => !got.ContainsKey(member.Key) && IsTold(got, member.Key)).Select(member => $"{member.Key} {member.Value} | nothing"),
            .. got.Where(member => !theirs.ContainsKey(member.Key) && IsTold(theirs, member.Key)).Select(member => $"nothing | {member.Key} {member.Value}"),
            .. theirs.Where(member => got.TryGetValue(member.Key, out string? kind) && kind != member.Value && kind != Nothing && member.Value != Nothing)
                .Select(member => $"{member.Key} {member.Value} | {got[member.Key]}"),
        ];
    }

    private const string Nothing = "Null";

    /// <summary>The innermost thing around a member that the other side knows is one that shows its members.</summary>
    private static bool IsTold(Dictionary<string, string> members, string path)
    {
        for (int end = path.Length; (end = path.LastIndexOfAny(['.', '['], end - 1)) > 0;)
        {
            if (members.TryGetValue(path[..end], out string? kind))
            {
                return kind == nameof(JsonValueKind.Object) || (kind == nameof(JsonValueKind.Array) && members.Keys.Any(other => other.StartsWith(path[..end] + "[]", StringComparison.Ordinal)));
            }
        }

        return true;
    }

    private static Dictionary<string, string> Members(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        Dictionary<string, string> members = new(StringComparer.Ordinal);
        Collect(document.RootElement, "$", members);
        return members;
    }

    private static void Collect(JsonElement json, string path, Dictionary<string, string> members)
    {
        string kind = json.ValueKind is JsonValueKind.True or JsonValueKind.False ? "Boolean" : json.ValueKind.ToString();
        if (!members.TryGetValue(path, out string? before) || before == Nothing)
        {
            members[path] = kind;
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in json.EnumerateObject())
                {
                    Collect(member.Value, $"{path}.{member.Name}", members);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in json.EnumerateArray())
                {
                    Collect(element, path + "[]", members);
                }

                break;
        }
    }

    private static string Letter(Match peer) => $"{(char)('A' + peer.Value[^1] - '1')}";

    private static string Room(Match number) =>
        number.Groups["lead"].Success || number.Groups["trail"].Success ? $"<{number.Length}>" : "N";

    [GeneratedRegex("^( *)(->|<-)")]
    private static partial Regex Arrow();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC( m=\+[\d.]+)?")]
    private static partial Regex Time();

    [GeneratedRegex("([0-9a-f]{2}:){5}[0-9a-f]{2}")]
    private static partial Regex Peer();

    [GeneratedRegex(@"(?<lead> {2,})?(?<![\w.:])\d[\d.:/]*(?<trail> {2,})?")]
    private static partial Regex Number();
}
