using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.NetNs;

/// <summary>Enters namespaces with setns(2), which moves one thread: never one of the pool.</summary>
public sealed partial class NetworkNamespaces : INetworkNamespaces
{
    private const int CLONE_NEWNET = 0x40000000;

    public T Run<T>(string path, Func<T> work)
    {
        using SafeFileHandle target = Open(path);
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Enter(path, target);
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception); // belongs to the caller, and is thrown there
            }
        })
        {
            IsBackground = true,
            Name = "netns",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    public SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new KernelException($"open network namespace {path}: {unreadable.Message}", unreadable);
        }
    }

    private static void Enter(string path, SafeFileHandle target)
    {
        if (SetNamespace(target, CLONE_NEWNET) < 0)
        {
            throw new KernelException($"enter network namespace {path}", Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int type);
}
