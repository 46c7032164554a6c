using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Weave.Persistence;

/// <summary>Makes the entries of a directory durable: without it a renamed file may be gone after a power failure.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnlyDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC

    internal static void Run(string directory)
    {
        int descriptor = Open(directory, ReadOnlyDirectory);
        if (descriptor < 0)
        {
            throw Failure("open", directory);
        }

        int result = Fsync(descriptor);
        IOException? failure = result < 0 ? Failure("fsync", directory) : null;
        _ = Close(descriptor);
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static IOException Failure(string what, string directory) =>
        new($"{what} {directory}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
