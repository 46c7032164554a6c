using System.Net.Sockets;
using System.Text;
using Weave.Cli.Launch;

namespace Weave.Cli.Commands;

/// <summary>Commands that only tell.</summary>
internal static class InfoCommands
{
    private const string AllAddresses = "0.0.0.0";

    internal static async Task<int> VersionAsync(CliContext context, string[] args)
    {
        if (args.Length > 0)
        {
            throw new UsageException($"weave version takes no argument '{args[0]}'");
        }

        if (!context.IsLocal)
        {
            await context.Output.WriteLineAsync($"weave script {ThisAssembly.Version}").ConfigureAwait(false);
        }

        await context.Output.WriteLineAsync($"weave {RunningVersion(context) ?? ThisAssembly.Version}").ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> SetupAsync(CliContext context, string[] args)
    {
        await WeaveImage.EnsureAsync(context).ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> HealthAsync(CliContext context, string[] args) =>
        (await context.Router.TryAsync("GET", "/status").ConfigureAwait(false)).IsSuccess ? 0 : 1;

    internal static async Task<int> DnsArgsAsync(CliContext context, string[] args)
    {
        RouterReply domain = await context.Router.CallAsync("GET", "/domain").ConfigureAwait(false);
        if (domain.IsAbsent)
        {
            return 0; // no name server, no arguments
        }

        RouterReply address = await context.Router.CallAsync("GET", "/dns-address").ConfigureAwait(false);
        await context.Output.WriteAsync($"--dns={address.Body} --dns-search={domain.Body}").ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> EnvAsync(CliContext context, string[] args)
    {
        if (args is ["--restore"])
        {
            string before = context.Environment.Variable("ORIG_DOCKER_HOST")
                ?? throw new CommandException("Nothing to restore. This is most likely because there was no preceding invocation of 'eval $(weave env)' in this shell.");
            await context.Output.WriteLineAsync($"DOCKER_HOST={before}").ConfigureAwait(false);
            return 0;
        }

        if (await ProxyAddressAsync(context).ConfigureAwait(false) is not { } proxy)
        {
            return 0;
        }

        string docker = context.Environment.Or("DOCKER_CLIENT_HOST", context.Environment.Or("DOCKER_HOST", ""));
        await context.Output.WriteLineAsync($"export DOCKER_HOST={proxy} {(proxy == docker ? "" : $"ORIG_DOCKER_HOST={docker}")}").ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> ConfigAsync(CliContext context, string[] args)
    {
        if (await ProxyAddressAsync(context).ConfigureAwait(false) is not { } proxy)
        {
            return 1;
        }

        await context.Output.WriteLineAsync($"-H={proxy}").ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> RemovedAsync(CliContext context, string name)
    {
        await context.Error.WriteLineAsync($"The 'weave {name}' command has been removed as of Weave Net version 2.0\nPlease see release notes for further information").ConfigureAwait(false);
        return 1;
    }

    internal static async Task<int> CompletionAsync(CliContext context, string[] args)
    {
        await context.Output.WriteAsync(CompletionScript.Bash()).ConfigureAwait(false);
        return 0;
    }

    internal static async Task<int> ManualAsync(CliContext context, string[] args)
    {
        await context.Output.WriteAsync(ManualPage.Render()).ConfigureAwait(false);
        return 0;
    }

    /// <summary>Null without a proxy and without a router; of the latter the user has been told.</summary>
    private static async Task<string?> ProxyAddressAsync(CliContext context)
    {
        RouterReply reply;
        try
        {
            reply = await context.Router.CallAsync("GET", "/proxyaddrs").ConfigureAwait(false);
        }
        catch (CommandException)
        {
            return null; // told already
        }

        string docker = context.Environment.DockerHost;
        string host = docker.StartsWith("tcp://", StringComparison.Ordinal) ? docker["tcp://".Length..].Split(':')[0] : "127.0.0.1";
        return reply.IsSuccess && reply.Body.Split('\n')[0] is { Length: > 0 } first
            ? first.Replace(AllAddresses, host, StringComparison.Ordinal)
            : null;
    }

    /// <summary>
    /// Asks the router here, by hand: the HTTP library alone would cost more than everything else that this command
    /// does. Null when there is none, or it is elsewhere.
    /// </summary>
    private static string? RunningVersion(CliContext context)
    {
        if (!Daemon.HostPort.TryParse(context.Environment.HttpAddress, out Daemon.HostPort place) || !System.Net.IPAddress.TryParse(place.Host, out System.Net.IPAddress? address))
        {
            return null;
        }

        try
        {
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 1000, SendTimeout = 1000 };
            socket.Connect(address, place.Port);
            socket.Send("GET /report?format=%7B%7B.Version%7D%7D HTTP/1.0\r\n\r\n"u8);
            byte[] answer = new byte[4096];
            int length = 0;
            for (int read; length < answer.Length && (read = socket.Receive(answer.AsSpan(length))) > 0; length += read)
            {
            }

            string text = Encoding.ASCII.GetString(answer, 0, length);
            int body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            return body > 0 && text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? text[(body + 4)..].Trim() : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
