using System.Formats.Tar;
using System.Text;

namespace Weave.Docker.Managed;

/// <summary>
/// The managed (v2) plugin for swarms, made from this binary: <c>config.json</c> and <c>rootfs/</c>, as
/// <c>docker plugin create</c> takes them from a directory and the API from an archive. No registry is needed.
/// </summary>
public static class ManagedPlugin
{
    /// <summary>The name under which users know it.</summary>
    public const string DefaultName = "weaveworks/net-plugin:latest";

    /// <summary>What the plugin runs: the role of this binary that reads the settings from its environment.</summary>
    public static readonly IReadOnlyList<string> Entrypoint = ["/usr/bin/weave", "plugin-v2", "run"];

    private const int Executable = 0x1ED; // 0755
    private const int Plain = 0x1A4; // 0644

    /// <summary>The archive that the API takes.</summary>
    /// <param name="files">Of the root file system; the binary at <c>usr/bin/weave</c>.</param>
    public static MemoryStream Archive(IReadOnlyList<PluginFile> files) => Archive(Config(), files);

    /// <summary>The same for another plugin.</summary>
    internal static MemoryStream Archive(string config, IReadOnlyList<PluginFile> files)
    {
        MemoryStream stream = new();
        using (TarWriter tar = new(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (string folder in Folders(files))
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)Executable });
            }

            foreach (PluginFile file in Contents(config, files))
            {
                tar.WriteEntry(Entry(file));
            }
        }

        stream.Position = 0;
        return stream;
    }

    /// <summary>Writes the directory that <c>docker plugin create NAME DIRECTORY</c> takes.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Neither may it.</exception>
    public static void WriteTo(string directory, IReadOnlyList<PluginFile> files)
    {
        foreach (string folder in Folders(files))
        {
            Directory.CreateDirectory(Path.Combine(directory, folder));
        }

        foreach (PluginFile file in Contents(Config(), files))
        {
            string path = Path.Combine(directory, file.Path);
            File.Delete(path); // a link of an earlier time would be followed
            if (file.LinkTo is { } target)
            {
                File.CreateSymbolicLink(path, target); // tar refuses to write one that leads out of the directory, as it seems to
            }
            else
            {
                Entry(file).ExtractToFile(path, overwrite: false);
            }
        }
    }

    /// <summary>Creates the plugin, disabled: settings can be changed until it is enabled.</summary>
    /// <exception cref="DockerException">Docker refused, because there is one of that name for instance.</exception>
    public static async Task CreateAsync(DockerClient docker, string name, IReadOnlyList<PluginFile> files, CancellationToken cancel)
    {
        using MemoryStream archive = Archive(files);
        await docker.Plugins.CreateAsync(name, archive, cancel).ConfigureAwait(false);
    }

    /// <summary>What the plugin may do, sees of the host, and can be set to. Field names are Docker's.</summary>
    /// <remarks>The host's processes are visible because the host's iptables is run, in the mount namespace of process 1.</remarks>
    public static string Config() => $$"""
        {
          "description": "Weave Net plugin for Docker",
          "documentation": "https://weave.works",
          "entrypoint": [{{string.Join(", ", Entrypoint.Select(word => $"\"{word}\""))}}],
          "workdir": "/",
          "interface": { "socket": "weave.sock", "types": ["docker.networkdriver/1.0"] },
          "network": { "type": "host" },
          "pidhost": true,
          "linux": { "capabilities": ["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_PTRACE", "CAP_SYS_CHROOT", "CAP_DAC_OVERRIDE"], "devices": [{ "name": "tun", "path": "/dev/net/tun" }] },
          "mounts": [
            { "destination": "/host/proc/", "type": "bind", "source": "/proc/", "options": ["rbind", "rw"] },
            { "destination": "/var/run/docker.sock", "type": "bind", "source": "/var/run/docker.sock", "options": ["rbind"] },
            { "destination": "/host/var/lib/", "type": "bind", "source": "/var/lib/", "options": ["rbind"] },
            { "destination": "/host/etc/", "type": "bind", "source": "/etc/", "options": ["rbind"] },
            { "destination": "/sys/fs/bpf/", "type": "bind", "source": "/sys/fs/bpf/", "options": ["rbind"] }
          ],
          "env": [
            { "name": "LOG_LEVEL", "description": "Log level", "settable": ["value"], "value": "" },
            { "name": "EXTRA_ARGS", "description": "Extra args to `weaver` and `plugin`", "settable": ["value"], "value": "" },
            { "name": "WEAVE_PASSWORD", "description": "Encryption password", "settable": ["value"], "value": "" },
            { "name": "WEAVE_MTU", "description": "MTU", "settable": ["value"], "value": "" },
            { "name": "WEAVE_MULTICAST", "description": "Enable multicast for all Weave networks", "settable": ["value"], "value": "" },
            { "name": "IPALLOC_RANGE", "description": "The range of IP addresses used by Weave Net", "settable": ["value"], "value": "" }
          ]
        }

        """;

    private static IEnumerable<PluginFile> Contents(string config, IReadOnlyList<PluginFile> files) =>
        [new PluginFile("config.json", Encoding.UTF8.GetBytes(config), null, Plain), .. files.Select(file => file with { Path = $"rootfs/{file.Path}" })];

    private static SortedSet<string> Folders(IReadOnlyList<PluginFile> files)
    {
        // Docker mounts into these, and makes none of them itself in a plugin.
        SortedSet<string> folders = new(StringComparer.Ordinal)
        {
            "rootfs/", "rootfs/sockets/", "rootfs/host/", "rootfs/host/proc/", "rootfs/host/var/", "rootfs/host/var/lib/", "rootfs/host/etc/", "rootfs/run/",
            "rootfs/run/docker/", "rootfs/run/docker/plugins/", "rootfs/var/", "rootfs/var/run/", "rootfs/tmp/", "rootfs/proc/", "rootfs/sys/", "rootfs/dev/", "rootfs/etc/",
        };
        foreach (string path in files.Select(file => $"rootfs/{file.Path}"))
        {
            for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            {
                folders.Add(path[..(slash + 1)]);
            }
        }

        return folders;
    }

    private static UstarTarEntry Entry(PluginFile file) => file.LinkTo is { } target
        ? new UstarTarEntry(TarEntryType.SymbolicLink, file.Path) { LinkName = target }
        : new UstarTarEntry(TarEntryType.RegularFile, file.Path) { DataStream = new MemoryStream(file.Content ?? []), Mode = (UnixFileMode)file.Mode };
}
