namespace Weave.Cli;

/// <summary>Picks the role: the command line by default, the router when called as <c>weaver</c>.</summary>
/// <remarks>Nothing on the way to help and version may touch sockets or HTTP: start-up is under 20 ms.</remarks>
internal static class Entry
{
    internal static Task<int> RunAsync(string calledAs, string[] args)
    {
        if (calledAs == "weaver")
        {
            return RouterCommand.RunAsync(args);
        }

        if (args is ["weaver", ..])
        {
            return RouterCommand.RunAsync(args[1..]);
        }

        if (args is ["version"] or ["--version"])
        {
            Console.Out.WriteLine($"weave {ThisAssembly.Version}");
            return Task.FromResult(0);
        }

        Console.Error.WriteLine(args.Length == 0 ? "Usage: weave COMMAND" : $"Unknown weave command '{args[0]}'");
        return Task.FromResult(1);
    }
}
