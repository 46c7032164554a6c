using Weave.Linux.Firewall;

namespace Weave.Cli.Launch;

/// <summary>
/// Where the fast datapath is kept, so that it outlives the router's container. systemd mounts it at boot; where nobody
/// did, launch does, and reset takes that away again.
/// </summary>
internal static class HostBpfMount
{
    internal const string Path = "/sys/fs/bpf";

    /// <summary>In place of a device, in the list of mounts: this one is ours.</summary>
    private const string Source = "weave";

    /// <returns>It is there.</returns>
    internal static bool Ensure(HostPrograms programs) =>
        FindSource() is not null
        || (Directory.Exists("/proc/1/root" + Path) && programs.Run("mount", ["-t", "bpf", Source, Path]).ExitCode == 0);

    /// <summary>Unless somebody else keeps something there by now.</summary>
    internal static void RemoveOurs(HostPrograms programs)
    {
        if (FindSource() == Source && !Directory.EnumerateFileSystemEntries("/proc/1/root" + Path).Any())
        {
            ProgramResult result = programs.Run("umount", [Path]);
            if (result.ExitCode != 0)
            {
                throw new IOException($"{Path} could not be unmounted: {result.Error}");
            }
        }
    }

    private static string? FindSource() => File.ReadLines("/proc/1/mounts")
        .Select(static line => line.Split(' ')).LastOrDefault(static fields => fields is [_, Path, "bpf", ..])?[0];
}
