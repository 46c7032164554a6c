using System.Runtime.InteropServices;
using Weave.Docker;
using Weave.Linux.Firewall;
using Weave.Linux.Interop;

namespace Weave.Cli.Commands;

/// <summary>Finds the command, takes it where it must be carried out, and tells what went wrong in one place.</summary>
internal static class Dispatcher
{
    private const string EnvironmentFlag = "--env=";
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    internal static async Task<int> RunAsync(string[] args)
    {
        bool local = args is ["--local", ..];
        string[] words = local ? args[1..] : args;
        Dictionary<string, string> carried = words.TakeWhile(word => word.StartsWith(EnvironmentFlag, StringComparison.Ordinal))
            .Select(word => word[EnvironmentFlag.Length..].Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1], StringComparer.Ordinal);
        words = words[carried.Count..];
        if (words is [] or ["help" or "--help" or "-h", ..])
        {
            (words is [] ? Console.Error : Console.Out).Write(UsageText.Render());
            return words is [] ? 1 : 0;
        }

        using CancellationTokenSource ending = new();
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            ending.Cancel();
        });
        using CliContext context = new(
            new CliEnvironment(name => carried.TryGetValue(name, out string? value) ? value : System.Environment.GetEnvironmentVariable(name)), Console.Out, Console.Error, local, ending.Token)
        {
            OnTerminal = !Console.IsOutputRedirected,
            IsWatched = !Console.IsErrorRedirected,
        };
        return await GuardAsync(context, words).ConfigureAwait(false);
    }

    internal static async Task<int> GuardAsync(CliContext context, string[] words)
    {
        try
        {
            return await RunAsync(context, words).ConfigureAwait(false);
        }
        catch (UsageException wrong)
        {
            context.Error.Write(wrong.Message + "\n" + UsageText.Render());
            return 1;
        }
        catch (CommandException failure)
        {
            context.Error.Write(failure.Message.Length > 0 ? failure.Message + "\n" : "");
            return failure.ExitCode;
        }
        catch (Exception failure) when (failure is DockerException or FirewallException or KernelException or Daemon.OptionException or IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine(failure.Message);
            return 1;
        }
        catch (OperationCanceledException) when (context.Cancel.IsCancellationRequested)
        {
            const int Interrupted = 130; // as shells have it
            return Interrupted;
        }
    }

    private static async Task<int> RunAsync(CliContext context, string[] words)
    {
        Command command = CommandTable.Find(words[0]) ?? throw new UsageException($"Unknown weave command '{words[0]}'");
        string[] rest = words[1..];
        if (rest is ["--help", ..])
        {
            context.Output.Write(UsageText.Render());
            return 0;
        }

        bool here = command.Place switch
        {
            CommandPlace.Client => true,
            _ when rest is ["--restore"] => true, // of env: about this shell alone
            CommandPlace.Router => context.IsLocal || context.Environment.DockerHost.StartsWith("unix://", StringComparison.Ordinal),
            _ => HostSide.IsHere(context),
        };
        using CancellationTokenSource done = new();
        Task progress = context.IsWatched ? TellProgressAsync(context, command, done.Token) : Task.CompletedTask;
        try
        {
            return here ? await command.Run(context, rest).ConfigureAwait(false) : await HostSide.RunAsync(context, words).ConfigureAwait(false);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await progress.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whoever looks on is told what is waited for when it takes longer than a moment.</summary>
    private static async Task TellProgressAsync(CliContext context, Command command, CancellationToken done)
    {
        await Task.Delay(Moment, done).ConfigureAwait(false);
        await context.Error.WriteLineAsync(command.Waiting).ConfigureAwait(false);
    }
}
