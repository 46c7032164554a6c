using System.Text.Json;

namespace Weave.Cli.Commands;

/// <summary><c>weave status</c> and <c>weave report</c>.</summary>
internal static class StatusCommand
{
    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        string[] words = [.. args.Where(word => word is not "--json" and not "--colour")];
        if (args.Contains("--json"))
        {
            return await JsonAsync(context, words).ConfigureAwait(false);
        }

        if (context.OnTerminal && words is ["connections"])
        {
            using JsonDocument report = await ReportAsync(context).ConfigureAwait(false);
            await context.Output.WriteAsync(ConnectionTable.Render(report.RootElement)).ConfigureAwait(false);
            return 0;
        }

        string frame = words.Length == 0 ? "\n" : "";
        await context.Output.WriteAsync(frame).ConfigureAwait(false);
        RouterReply reply;
        try
        {
            reply = await context.Router.CallAsync("GET", string.Concat(words.Prepend("status").Select(word => "/" + Uri.EscapeDataString(word)))).ConfigureAwait(false);
        }
        catch (CommandException failure)
        {
            await context.Output.WriteAsync(frame).ConfigureAwait(false);
            throw new CommandException(failure.Message); // scripts expect 1 of status, whatever the reason
        }

        if (reply.IsAbsent)
        {
            throw new UsageException($"Invalid 'weave status' sub-command: {string.Join(' ', words)}");
        }

        await context.Output.WriteAsync(reply.Body + frame).ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> ReportAsync(CliContext context, string[] args)
    {
        RouterReply reply = args switch
        {
            [] => await context.Router.CallAsync("GET", "/report", json: true).ConfigureAwait(false),
            ["-f", var format] => await context.Router.CallAsync("GET", $"/report?format={Uri.EscapeDataString(format)}").ConfigureAwait(false),
            _ => throw new UsageException($"weave report: '{string.Join(' ', args)}' is not '-f <format>'"),
        };
        await context.Output.WriteAsync(reply.Body).ConfigureAwait(false);
        return reply.ExitCode;
    }

    private static async Task<int> JsonAsync(CliContext context, string[] words)
    {
        using JsonDocument report = await ReportAsync(context).ConfigureAwait(false);
        JsonElement root = report.RootElement;
        JsonElement? part = words switch
        {
            [] => root,
            ["targets"] => Part(root, "Router", "Targets"),
            ["connections"] => Part(root, "Router", "Connections"),
            ["peers"] => Part(root, "Router", "Peers"),
            ["dns"] => Part(root, "DNS"),
            ["ipam"] => Part(root, "IPAM"),
            _ => throw new UsageException($"Invalid 'weave status' sub-command: {string.Join(' ', words)}"),
        };
        await context.Output.WriteLineAsync(part?.GetRawText() ?? "null").ConfigureAwait(false);
        return 0;
    }

    private static async Task<JsonDocument> ReportAsync(CliContext context)
    {
        RouterReply reply = await context.Router.CallAsync("GET", "/report", json: true).ConfigureAwait(false);
        return JsonDocument.Parse(reply.Body);
    }

    private static JsonElement? Part(JsonElement json, params string[] path)
    {
        foreach (string name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return null;
            }
        }

        return json;
    }
}
