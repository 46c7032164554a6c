namespace Weave.Cli;

/// <summary>Picks the role: the command line by default, the router when called as <c>weaver</c>.</summary>
internal static class Entry
{
    internal static Task<int> RunAsync(string calledAs, string[] args)
    {
        if (args is ["version"] or ["--version"])
        {
            Console.Out.WriteLine($"weave {ThisAssembly.Version}");
            return Task.FromResult(0);
        }

        string name = calledAs == "weaver" ? "weaver" : "weave";
        Console.Error.WriteLine(args.Length == 0 ? $"Usage: {name} COMMAND" : $"{name}: unknown command '{args[0]}'");
        return Task.FromResult(1);
    }
}
