using System.Runtime.InteropServices;
using Weave.Linux.Interop;

namespace Weave.Linux.Bpf;

/// <summary>Where maps are pinned, so that they outlive the process.</summary>
internal static partial class BpfFileSystem
{
    /// <summary>Pinned maps of different network namespaces that share one mount stand apart.</summary>
    internal static string DirectoryOfThisNamespace(string root)
    {
        string identity = File.ResolveLinkTarget("/proc/thread-self/ns/net", returnFinalTarget: false)?.Name ?? "net";
        return Path.Combine(root, identity.Replace(":[", "-", StringComparison.Ordinal).Trim(']'));
    }

    /// <summary>Mounts the file system at <paramref name="mountPoint"/> unless it is there.</summary>
    internal static void EnsureMounted(string mountPoint)
    {
        if (IsMounted(mountPoint))
        {
            return;
        }

        Directory.CreateDirectory(mountPoint);
        if (Mount("bpf", mountPoint, "bpf", 0, 0) < 0)
        {
            throw new KernelException($"mount the bpf file system at {mountPoint}", Marshal.GetLastPInvokeError());
        }
    }

    private static bool IsMounted(string mountPoint) => File.ReadLines("/proc/self/mounts").Any(line =>
    {
        string[] fields = line.Split(' ');
        return fields.Length > 2 && fields[1] == mountPoint && fields[2] == "bpf";
    });

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, nint data);
}
