using Weave.Daemon;

namespace Weave.Cli.Flags;

/// <summary>Reads the router's command line and its environment.</summary>
internal static class RouterCommandLine
{
    /// <summary>Set by launch; see <see cref="DaemonOptions.RestartMark"/>.</summary>
    internal const string RestartMarkVariable = "WEAVE_RESTART_MARK";

    private static readonly string[] Secrets = ["password", "token"];

    /// <param name="args">Without the program's name.</param>
    /// <param name="environment">WEAVE_PASSWORD (or the file WEAVE_PASSWORD_FILE) stands for a missing <c>--password</c>, DOCKER_HOST for a missing <c>--docker-api</c>.</param>
    internal static FlagParse<RouterInvocation> Read(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        DaemonOptions defaults = new();
        FlagParse<RouterInvocation> parse = RouterFlags.Set.Parse(
            new RouterInvocation { Options = defaults with { DockerApi = Or(environment("DOCKER_HOST"), defaults.DockerApi) } }, args);
        DaemonOptions options = parse.Value.Options;
        options = options with
        {
            Password = options.Password ?? NotEmpty(environment("WEAVE_PASSWORD")) ?? FromFile(environment("WEAVE_PASSWORD_FILE")),
            Peers = parse.Rest,
            RestartMark = environment(RestartMarkVariable) ?? "",
            Given = [.. parse.Given.GroupBy(flag => flag.Name).Select(Blotted).OrderBy(flag => flag.Key, StringComparer.Ordinal)],
        };
        return parse with { Value = parse.Value with { Options = options } };
    }

    private static KeyValuePair<string, string> Blotted(IGrouping<string, (string Name, string Value)> flag) =>
        new(flag.Key, Secrets.Contains(flag.Key) ? "<redacted>" : flag.Last().Value);

    /// <summary>Where launch puts a password, so that neither arguments nor environment show it.</summary>
    private static string? FromFile(string? path) => NotEmpty(path) is { } file && File.Exists(file) ? NotEmpty(File.ReadAllText(file)) : null;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string Or(string? value, string otherwise) => string.IsNullOrEmpty(value) ? otherwise : value;
}
