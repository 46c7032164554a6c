namespace Weave.Cli.Commands;

/// <summary><c>weave dns-alias</c>: a name that follows another, wherever that one lives.</summary>
internal static class AliasCommand
{
    private const string Remove = "--remove";

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        bool remove = args is [Remove, ..];
        if ((remove ? args[1..] : args) is not [var target, "-h", var alias] || target.StartsWith('-'))
        {
            throw new UsageException("weave dns-alias: '[--remove] <name> -h <fqdn>' is needed");
        }

        string path = $"/alias/{Uri.EscapeDataString(target)}";
        RouterReply reply = remove
            ? await context.Router.CallAsync("DELETE", $"{path}?fqdn={Uri.EscapeDataString(alias)}").ConfigureAwait(false)
            : await context.Router.CallAsync("PUT", path, [("fqdn", alias)]).ConfigureAwait(false);
        return reply.IsSuccess ? 0 : throw new CommandException("weaveDNS is off", reply.ExitCode);
    }
}
