using System.Runtime.InteropServices;
using Weave.Cli.Flags;
using Weave.Daemon;
using Weave.Linux.Interop;

namespace Weave.Cli;

/// <summary>The role <c>weaver</c>: reads the options and runs the daemon until it is told to end.</summary>
internal static class RouterCommand
{
    private const int BadUsage = 125; // as the original's flag library
    private const int Failed = 1;

    internal static async Task<int> RunAsync(string[] args)
    {
        FlagParse<RouterInvocation> parse = RouterCommandLine.Read(args, Environment.GetEnvironmentVariable);
        if (parse.HelpWanted)
        {
            Console.Out.Write(FlagHelp.Render("weaver", RouterFlags.Set));
            return 0;
        }

        if (parse.Problems.Count > 0)
        {
            Report(parse.Problems);
            Console.Error.WriteLine("See 'weaver --help'.");
            return BadUsage;
        }

        if (parse.Value.ShowVersion)
        {
            Console.Out.WriteLine($"weave {ThisAssembly.Version}");
            return 0;
        }

        string[] problems = [.. parse.Value.Options.Validate()];
        if (problems.Length > 0)
        {
            Report(problems);
            return Failed;
        }

        try
        {
            return parse.Value.ShowPeerName ? PrintPeerName(parse.Value.Options) : await RunDaemonAsync(parse.Value.Options).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is OptionException or KernelException)
        {
            Report([problem.Message]);
            return Failed;
        }
    }

    private static int PrintPeerName(DaemonOptions options)
    {
        Console.Out.WriteLine(new HostIdentity(options.HostRoot).Name(options.Name, options.WeaveBridge, () => null));
        return 0;
    }

    private static async Task<int> RunDaemonAsync(DaemonOptions options)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new OptionException("the router must run as root: it makes network interfaces");
        }

        using CancellationTokenSource ending = new();
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        return await DaemonHost.RunAsync(options, ending.Token).ConfigureAwait(false);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }
    }

    private static void Report(IEnumerable<string> problems)
    {
        foreach (string problem in problems)
        {
            Console.Error.WriteLine(problem);
        }
    }
}
