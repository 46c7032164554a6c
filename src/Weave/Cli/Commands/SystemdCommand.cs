using Weave.Cli.Flags;
using Weave.Cli.Launch;
using Weave.Docker;

namespace Weave.Cli.Commands;

/// <summary><c>weave systemd</c>: units that run the router on the host itself, there before dockerd starts its containers.</summary>
internal static class SystemdCommand
{
    private const string Data = "/var/lib/weave";
    private const string RestartMark = $"{Data}/launched";

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        bool print = args is ["--print", ..];
        LaunchArguments arguments = LaunchArguments.Read(context.Environment, print ? args[1..] : args);
        if (arguments.Password is not null)
        {
            throw new CommandException("a unit file can be read by everybody: write WEAVE_PASSWORD=... into /etc/default/weave instead");
        }

        HostFacts facts = HostFactsCommand.Gather(context, arguments.Range ?? LaunchCommand.DefaultRange);
        List<string> router = [$"--db-prefix={Data}/weave", .. LaunchCommand.RouterArguments(context, arguments, facts)];
        LaunchArguments.Check(router);
        string unit = SystemdUnit.Router(Path.GetFullPath(Environment.ProcessPath ?? "/usr/local/bin/weave"), ["weaver", .. router], $"{RouterCommandLine.RestartMarkVariable}={RestartMark}");
        if (print)
        {
            await context.Output.WriteAsync($"# {SystemdUnit.RouterPath}\n{unit}\n# {SystemdUnit.DockerDropInPath}\n{SystemdUnit.DockerDropIn()}").ConfigureAwait(false);
            return 0;
        }

        Directory.CreateDirectory(Data);
        File.Delete(RestartMark); // the peers given now are the ones that count
        Write(SystemdUnit.RouterPath, unit);
        Write(SystemdUnit.DockerDropInPath, SystemdUnit.DockerDropIn());
        await context.Output.WriteLineAsync($"{SystemdUnit.RouterPath}\n{SystemdUnit.DockerDropInPath}").ConfigureAwait(false);
        await context.Error.WriteLineAsync("Now: weave stop; systemctl daemon-reload; systemctl enable --now weave").ConfigureAwait(false);
        return 0;
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
