using System.Text.Json;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Http;

/// <summary>A request to a router of the original, and what it answered.</summary>
/// <param name="Host">The number in the name of the host that was asked.</param>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Url">Path and query.</param>
/// <param name="Options">Options of curl: headers and form.</param>
/// <param name="Status">The status line.</param>
/// <param name="Body">The body.</param>
internal sealed record RecordedReply(int Host, string Method, string Url, IReadOnlyList<string> Options, string Status, string Body)
{
    internal static IReadOnlyList<RecordedReply> Of(string run)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "vectors", "http", run + ".json")));
        return
        [
            .. document.RootElement.EnumerateArray().Where(row => row.TryGetProperty("url", out _)).Select(row => new RecordedReply(
                row.GetProperty("node").GetString()![^1] - '0',
                row.GetProperty("method").GetString()!,
                row.GetProperty("url").GetString()!,
                [.. row.GetProperty("curlOptions").EnumerateArray().Select(option => option.GetString()!)],
                row.GetProperty("status").GetString()!,
                row.GetProperty("body").GetString()!)),
        ];
    }

    /// <summary>The same with the first two hosts in each other's place.</summary>
    internal RecordedReply Mirrored()
    {
        const string First = "00:00:00:00:00:01(host1)";
        const string Second = "00:00:00:00:00:02(host2)";
        return this with { Host = 3 - Host, Body = Body.Replace(First, "first", StringComparison.Ordinal).Replace(Second, First, StringComparison.Ordinal).Replace("first", Second, StringComparison.Ordinal) };
    }

    /// <summary>Asks a router of ours the same.</summary>
    internal (string Status, string Body) Ask()
    {
        string[] command = ["netns", "exec", $"wbare{Host}", "curl", "-s", "-i", "-m", "20", "-X", Method, .. Options, $"http://127.0.0.1:6784{Url}"];
        string[] parts = Shell.Try(Shell.DefaultTimeout, "ip", command).Output.Split("\r\n\r\n", 2);
        return (parts[0].Split("\r\n")[0], parts.Length > 1 ? parts[1] : "");
    }

    /// <summary>How an answer differs from what was recorded, a line a difference.</summary>
    internal IEnumerable<string> Differences((string Status, string Body) answer)
    {
        string asked = $"{Method} {Url.Split('?')[0]}";
        if (Status != answer.Status)
        {
            yield return $"{asked}: {Status} | {answer.Status}";
        }
        else if (Url == "/metrics")
        {
            string[] ours = ReplyShape.OfMetrics(answer.Body);
            foreach (string line in ReplyShape.OfMetrics(Body).Except(ours))
            {
                yield return $"{asked}: {line} | nothing";
            }
        }
        else if (Body is ['{' or '[', ..] && Url != "/status")
        {
            foreach (string difference in ReplyShape.Differences(Body, answer.Body))
            {
                yield return $"{asked}: {difference}";
            }
        }
        else if (ReplyShape.OfText(Body) is var recorded && ReplyShape.OfText(answer.Body) is var got && recorded != got)
        {
            yield return $"{asked}: {recorded} | {got}";
        }
    }
}
