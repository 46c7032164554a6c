namespace Weave.Cli.Commands;

/// <summary>Commands about peers.</summary>
internal static class PeerCommands
{
    private const string Force = "--force";

    internal static async Task<int> ConnectAsync(CliContext context, string[] args)
    {
        bool replace = args is ["--replace", ..];
        string[] peers = replace ? args[1..] : args;
        if (args.Length == 0)
        {
            throw new UsageException("weave connect: no peer given");
        }

        IEnumerable<(string, string)> form = peers.Select(peer => ("peer", peer));
        return Print(context, await context.Router.CallAsync("POST", "/connect", replace ? form.Prepend(("replace", "true")) : form).ConfigureAwait(false));
    }

    internal static async Task<int> ForgetAsync(CliContext context, string[] args)
    {
        if (args.Length == 0)
        {
            throw new UsageException("weave forget: no peer given");
        }

        return Print(context, await context.Router.CallAsync("POST", "/forget", args.Select(peer => ("peer", peer))).ConfigureAwait(false));
    }

    internal static async Task<int> PrimeAsync(CliContext context, string[] args) =>
        Print(context, await context.Router.CallAsync("GET", "/ring").ConfigureAwait(false));

    internal static async Task<int> LeaveAsync(CliContext context, string[] args) =>
        (await context.Router.TryAsync("DELETE", "/peer").ConfigureAwait(false)).ExitCode;

    internal static async Task<int> RemoveAsync(CliContext context, string[] args)
    {
        string query = args.Contains(Force) ? "?force=true" : "";
        string[] peers = [.. args.Where(arg => arg != Force)];
        if (peers.Length == 0)
        {
            throw new UsageException("weave rmpeer: no peer given");
        }

        int result = 0;
        foreach (string peer in peers)
        {
            try
            {
                RouterReply reply = await context.Router.CallAsync("DELETE", $"/peer/{Uri.EscapeDataString(peer)}{query}").ConfigureAwait(false);
                result = Print(context, reply) == 0 ? result : 1;
                if (reply.Warning.Length > 0)
                {
                    await context.Error.WriteLineAsync($"{peer}: {reply.Warning}").ConfigureAwait(false);
                }
            }
            catch (CommandException)
            {
                result = 1; // told already; the others get their turn
            }
        }

        return result;
    }

    private static int Print(CliContext context, RouterReply reply)
    {
        if (reply.IsSuccess)
        {
            context.Output.Write(reply.Body);
        }

        return reply.ExitCode;
    }
}
