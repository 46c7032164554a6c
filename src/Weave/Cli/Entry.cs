using Weave.Cli.Commands;
using Weave.Plugin.Guard;

namespace Weave.Cli;

/// <summary>Picks the role: the command line by default, the router when called as <c>weaver</c>.</summary>
/// <remarks>Nothing on the way to help and version may touch HTTP: start-up is under 20 ms.</remarks>
internal static class Entry
{
    internal static Task<int> RunAsync(string calledAs, string[] args) => (calledAs, args) switch
    {
        ("weaver", _) => RouterCommand.RunAsync(args),
        (_, ["weaver", .. var rest]) => RouterCommand.RunAsync(rest),
        (_, ["plugin-v2", "run"]) => ManagedPluginCommand.RunRouterAsync(),
        (_, ["plugin-guard", var directory, .. var rest]) => GuardHost.RunAsync(directory, rest.ElementAtOrDefault(0), rest.ElementAtOrDefault(1), CancellationToken.None),
        (_, ["--version"]) => Dispatcher.RunAsync(["version"]),
        _ => Dispatcher.RunAsync(args),
    };
}
