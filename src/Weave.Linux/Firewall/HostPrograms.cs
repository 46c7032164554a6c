using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weave.Linux.Firewall;

/// <summary>Runs the host's programs; from a container, in the host's mount namespace.</summary>
/// <remarks>
/// A thread may enter a mount namespace once it no longer shares its root and working directory with the others, and a
/// child that it starts is then in there too. The thread is thrown away. It has the network namespace of its caller.
/// </remarks>
public sealed partial class HostPrograms : IHostPrograms
{
    private const int CLONE_FS = 0x200;
    private const int CLONE_NEWNS = 0x20000;
    private static readonly string[] Path = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    private readonly string? _mountNamespace;

    /// <param name="mountNamespace">The host's, such as <c>/proc/1/ns/mnt</c>; null when we are in it.</param>
    public HostPrograms(string? mountNamespace = null) => _mountNamespace = mountNamespace;

    public bool Exists(string program) => OnHost(() => Find(program) is not null);

    public ProgramResult Run(string program, IReadOnlyList<string> arguments, string input = "") => OnHost(() =>
    {
        string path = Find(program) ?? throw new FirewallException($"{program} is missing on this host; please install it");
        ProcessStartInfo start = new(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = string.Join(':', Path);
        using Process process = Process.Start(start) ?? throw new FirewallException($"{program} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Feed(process, input);
        process.WaitForExit();
        return new ProgramResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult().Trim());
    });

    private static void Feed(Process process, string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read all; its exit status and its words say why.
        }
    }

    private static string? Find(string program) => Path.Select(folder => $"{folder}/{program}").FirstOrDefault(File.Exists);

    private T OnHost<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Enter();
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception is Win32Exception or IOException or UnauthorizedAccessException ? new FirewallException(exception.Message, exception) : exception);
            }
        })
        {
            IsBackground = true,
            Name = "host-program",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private void Enter()
    {
        if (_mountNamespace is not null)
        {
            if (Unshare(CLONE_FS) < 0)
            {
                throw new FirewallException($"cannot leave the shared root directory: {Marshal.GetLastPInvokeErrorMessage()}");
            }

            Enter(_mountNamespace, CLONE_NEWNS);
        }
    }

    private static void Enter(string path, int type)
    {
        using SafeFileHandle target = File.OpenHandle(path);
        if (SetNamespace(target, type) < 0)
        {
            throw new FirewallException($"cannot enter {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int type);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
