using System.ComponentModel;
using System.Net.Sockets;
using Weave.Linux.Interop;

namespace Weave.Daemon;

/// <summary>Failures for want of something that all processes of the host share, or that is bounded for ours: they pass.</summary>
internal static class Shortage
{
    private const int NoMemory = 12; // ENOMEM
    private const int TooManyFilesOfHost = 23; // ENFILE
    private const int TooManyFiles = 24; // EMFILE
    private const int NoSpace = 28; // ENOSPC
    private const int NoBuffers = 105; // ENOBUFS
    private const int TryAgain = 11; // EAGAIN, of fork

    internal static bool IsCause(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (NumberOf(cause) is NoMemory or TooManyFilesOfHost or TooManyFiles or NoSpace or NoBuffers or TryAgain)
            {
                return true;
            }
        }

        return false;
    }

    private static int NumberOf(Exception failure) => failure switch
    {
        KernelException kernel => kernel.Errno,
        SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } => TooManyFiles,
        SocketException { SocketErrorCode: SocketError.NoBufferSpaceAvailable } => NoBuffers,
        Win32Exception native => native.NativeErrorCode,
        IOException io => io.HResult,
        OutOfMemoryException => NoMemory, // also what the runtime says when it cannot start a thread
        _ => 0,
    };
}
