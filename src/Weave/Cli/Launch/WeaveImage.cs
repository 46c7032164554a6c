using System.Runtime.InteropServices;
using System.Text;
using Weave.Docker.Model;

namespace Weave.Cli.Launch;

/// <summary>The image of the router, made from the program that runs right now and the C library that it runs with.</summary>
internal static class WeaveImage
{
    internal const string Repository = "weave/weave";

    internal static string Tag => ThisAssembly.Version;

    internal static string Name => $"{Repository}:{Tag}";

    /// <summary>Loads the image unless the engine has this very one.</summary>
    /// <returns>The digest of what is in it.</returns>
    internal static async Task<string> EnsureAsync(CliContext context)
    {
        ImageArchive archive = new(Files(), Architecture());
        ImageDetails? there = await context.Docker.Images.InspectAsync(Name, context.Cancel).ConfigureAwait(false);
        if (there?.Config?.Labels?.GetValueOrDefault(ImageArchive.DigestLabel) == archive.Digest)
        {
            return archive.Digest;
        }

        using MemoryStream tar = archive.Write(Repository, Tag);
        await context.Docker.Images.LoadAsync(tar, context.Cancel).ConfigureAwait(false);
        return archive.Digest;
    }

    /// <summary>Its root file system: the program, its libraries, and the few files that these read.</summary>
    internal static List<ImageFile> Files() =>
    [
        new("usr/bin/weave", File.ReadAllBytes("/proc/self/exe")),
        new("home/weave/weaver", null, "/usr/bin/weave"),
        new("usr/bin/weaver", null, "/usr/bin/weave"),
        new("etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\n"u8.ToArray(), Mode: 0x1A4),
        new("etc/group", "root:x:0:\n"u8.ToArray(), Mode: 0x1A4),
        new("etc/nsswitch.conf", "hosts: files dns\n"u8.ToArray(), Mode: 0x1A4),
        new("etc/os-release", Encoding.ASCII.GetBytes($"NAME=\"Weave Net\"\nID=weave\nVERSION_ID={Tag}\n"), Mode: 0x1A4),
        new("tmp/.keep", [], Mode: 0x1A4),
        .. Libraries(),
    ];

    /// <summary>What the kernel has mapped for us: the loader, libc and libm, and nothing else in a native build.</summary>
    private static IEnumerable<ImageFile> Libraries()
    {
        string[] mapped = [.. File.ReadLines("/proc/self/maps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length == 6).Select(words => words[5]).Distinct()];
        foreach (string path in mapped.Where(path => path.Contains(".so", StringComparison.Ordinal) && File.Exists(path)))
        {
            byte[] content = File.ReadAllBytes(path);
            string name = Path.GetFileName(path);
            if (name.StartsWith("ld-linux", StringComparison.Ordinal))
            {
                yield return new ImageFile($"{LoaderFolder()}/{name}", content);
            }
            else
            {
                yield return new ImageFile(path.TrimStart('/'), content);
            }
        }
    }

    /// <summary>Where every program of this architecture expects the loader.</summary>
    private static string LoaderFolder() => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "lib" : "lib64";

    private static string Architecture() => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
}
