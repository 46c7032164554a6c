using System.Diagnostics;

namespace Weave.SystemTests.Support;

/// <summary>Runs programs and shows everything they said when they fail.</summary>
internal static class Shell
{
    internal sealed record Result(int ExitCode, string Output, string Error)
    {
        internal string All => (Output + Error).Trim();
    }

    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(120);

    /// <summary>Runs to the end whatever the exit code; kills and fails after <paramref name="timeout"/>.</summary>
    internal static Result Try(TimeSpan timeout, string program, params IEnumerable<string> arguments)
    {
        List<string> list = [.. arguments];
        ProcessStartInfo start = new(program, list)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(timeout))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', list)}: still running after {timeout.TotalSeconds:0} s");
        }

        // A daemon started in the background may hold the pipes open: what was said until now is enough.
        Task.WaitAll([output, error], TimeSpan.FromSeconds(2));
        return new Result(
            process.ExitCode,
            output.IsCompletedSuccessfully ? output.Result : "",
            error.IsCompletedSuccessfully ? error.Result : "");
    }

    /// <summary>Runs and expects success; gives standard output without surrounding blanks.</summary>
    internal static string Run(string program, params IEnumerable<string> arguments)
    {
        List<string> list = [.. arguments];
        Result result = Try(DefaultTimeout, program, list);
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', list)}: exit {result.ExitCode}\n{result.All}");
        return result.Output.Trim();
    }

    /// <summary>Starts what goes on beside the test.</summary>
    internal static Process Background(string program, params IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments))!;

    /// <summary>A line of bash; see <see cref="Run"/>.</summary>
    internal static string Bash(string line) => Run("bash", "-c", line);
}
