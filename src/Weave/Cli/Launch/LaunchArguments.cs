using Weave.Cli.Flags;
using Weave.Daemon;

namespace Weave.Cli.Launch;

/// <summary>The words after <c>weave launch</c>: some are launch's own, the rest goes to the router.</summary>
internal sealed record LaunchArguments
{
    public string? Password { get; init; }

    public string Port { get; init; } = "";

    /// <summary>Null: nobody chose one.</summary>
    public string? Range { get; init; }

    public bool Restart { get; init; } = true;

    /// <summary>Flags and peers for the router.</summary>
    public IReadOnlyList<string> Rest { get; init; } = [];

    internal static LaunchArguments Read(CliEnvironment environment, IReadOnlyList<string> args)
    {
        LaunchArguments read = new() { Password = environment.Variable("WEAVE_PASSWORD"), Port = environment.Port };
        List<string> rest = [];
        for (int i = 0; i < args.Count; i++)
        {
            (string name, string? attached) = Split(args[i]);
            string Value() => attached ?? (++i < args.Count ? args[i] : throw new UsageException($"weave launch: {name} needs a value"));
            switch (name)
            {
                case "--password":
                    read = read with { Password = Value() };
                    break;
                case "--port":
                    read = read with { Port = Value() };
                    break;
                case "--ipalloc-range" or "--iprange":
                    read = read with { Range = Value() };
                    break;
                case "--no-restart":
                    read = read with { Restart = false };
                    break;
                case "--no-detect-tls": // of the original's proxy
                    break;
                default:
                    rest.Add(args[i]);
                    break;
            }
        }

        return read with { Rest = rest };
    }

    /// <summary>What the router will read; every problem ends the command before anything is made.</summary>
    internal static void Check(IReadOnlyList<string> routerArguments)
    {
        FlagParse<RouterInvocation> parse = RouterCommandLine.Read(routerArguments, _ => null);
        string[] problems = [.. parse.Problems, .. parse.Value.Options.Validate()];
        if (problems.Length > 0)
        {
            throw new CommandException(string.Join('\n', problems));
        }
    }

    /// <summary>The router will open Docker's sockets.</summary>
    internal static bool WantsPlugin(IReadOnlyList<string> routerArguments) =>
        RouterCommandLine.Read(routerArguments, _ => null).Value.Options.Plugin;

    private static (string Name, string? Value) Split(string word)
    {
        string name = word.StartsWith('-') && !word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2 ? "-" + word : word;
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 || name[0] != '-' ? (name, null) : (name[..equals], name[(equals + 1)..]);
    }
}
