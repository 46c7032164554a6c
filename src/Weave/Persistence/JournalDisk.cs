using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weave.Persistence;

/// <summary>The disk of this host.</summary>
internal sealed partial class JournalDisk : IJournalDisk
{
    private const int WriteOk = 2; // W_OK

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long at) => RandomAccess.Write(file, bytes, at);

    public void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public string? Obstacle(string directory)
    {
        // For root the kernel refuses this on read-only volumes alone.
        if (Access(directory, WriteOk) < 0 && Marshal.GetLastPInvokeError() == VolumeFault.ReadOnly)
        {
            return VolumeFault.Describe(VolumeFault.ReadOnly, directory);
        }

        try
        {
            return new DriveInfo(directory).TotalFreeSpace == 0 ? VolumeFault.Describe(VolumeFault.Full, directory) : null;
        }
        catch (IOException unknown)
        {
            return VolumeFault.Describe(unknown, directory);
        }
    }

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
