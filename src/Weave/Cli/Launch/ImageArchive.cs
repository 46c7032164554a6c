using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weave.Cli.Launch;

/// <summary>
/// An image as <c>docker save</c> writes it: one layer, no dates, so that the same files give the same bytes and the
/// same image id everywhere.
/// </summary>
internal sealed class ImageArchive
{
    private static readonly DateTimeOffset NoDate = DateTimeOffset.UnixEpoch;

    private readonly IReadOnlyList<ImageFile> _files;
    private readonly string _architecture;

    /// <param name="files">What is in it.</param>
    /// <param name="architecture">As Docker names it: <c>amd64</c>, <c>arm64</c>.</param>
    internal ImageArchive(IReadOnlyList<ImageFile> files, string architecture)
    {
        _files = files;
        _architecture = architecture;
        Digest = DigestOf(files);
    }

    /// <summary>Label that tells which files an image was made from.</summary>
    internal const string DigestLabel = "works.weave.files";

    /// <summary>Of everything that is in it.</summary>
    internal string Digest { get; }

    /// <param name="repository">Such as <c>weave/weave</c>.</param>
    /// <param name="tag">The version.</param>
    internal MemoryStream Write(string repository, string tag)
    {
        byte[] layer = WriteTar(Entries());
        string layerId = Hex(layer);
        byte[] config = Config(layerId);
        string configId = Hex(config);
        byte[] manifest = Encoding.UTF8.GetBytes($$"""[{"Config":"{{configId}}.json","RepoTags":["{{repository}}:{{tag}}"],"Layers":["{{layerId}}/layer.tar"]}]""");
        return new MemoryStream(WriteTar(
        [
            Directory($"{layerId}/"), File($"{layerId}/VERSION", "1.0"u8.ToArray(), 0x1A4), File($"{layerId}/layer.tar", layer, 0x1A4),
            File($"{configId}.json", config, 0x1A4), File("manifest.json", manifest, 0x1A4),
        ]));
    }

    private byte[] Config(string layerId)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("architecture", _architecture);
            json.WriteString("os", "linux");
            json.WriteString("created", "1970-01-01T00:00:00Z");
            json.WriteStartObject("config");
            WriteStrings(json, "Entrypoint", "/home/weave/weaver");
            WriteStrings(json, "Env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
            json.WriteStartObject("Healthcheck");
            WriteStrings(json, "Test", "CMD", "/usr/bin/weave", "--local", "health");
            json.WriteNumber("Interval", 30_000_000_000);
            json.WriteNumber("Timeout", 5_000_000_000);
            json.WriteNumber("StartPeriod", 30_000_000_000);
            json.WriteEndObject();
            json.WriteStartObject("Labels");
            json.WriteString(DigestLabel, Digest);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("rootfs");
            json.WriteString("type", "layers");
            WriteStrings(json, "diff_ids", "sha256:" + layerId);
            json.WriteEndObject();
            json.WriteStartArray("history");
            json.WriteStartObject();
            json.WriteString("created", "1970-01-01T00:00:00Z");
            json.WriteString("created_by", "weave launch");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private List<UstarTarEntry> Entries()
    {
        SortedSet<string> folders = new(StringComparer.Ordinal);
        foreach (ImageFile file in _files)
        {
            for (int slash = file.Path.IndexOf('/'); slash >= 0; slash = file.Path.IndexOf('/', slash + 1))
            {
                folders.Add(file.Path[..(slash + 1)]);
            }
        }

        return
        [
            .. folders.Select(Directory),
            .. _files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => file.LinkTo is { } target ? Link(file.Path, target) : File(file.Path, file.Content!, file.Mode)),
        ];
    }

    private static UstarTarEntry File(string path, byte[] content, int mode) => Plain(new UstarTarEntry(TarEntryType.RegularFile, path)
    {
        DataStream = new MemoryStream(content),
        Mode = (UnixFileMode)mode,
    });

    private static UstarTarEntry Link(string path, string target) => Plain(new UstarTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target, Mode = (UnixFileMode)0x1FF });

    private static UstarTarEntry Directory(string path) => Plain(new UstarTarEntry(TarEntryType.Directory, path)
    {
        Mode = (UnixFileMode)(path == "tmp/" ? 0x3FF : 0x1ED), // 1777, 0755
    });

    private static UstarTarEntry Plain(UstarTarEntry entry)
    {
        (entry.Uid, entry.Gid, entry.UserName, entry.GroupName, entry.ModificationTime) = (0, 0, "", "", NoDate);
        return entry;
    }

    private static byte[] WriteTar(IEnumerable<UstarTarEntry> entries)
    {
        using MemoryStream stream = new();
        using (TarWriter tar = new(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (UstarTarEntry entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    private static string DigestOf(IReadOnlyList<ImageFile> files)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ImageFile file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\0{file.LinkTo}\0{file.Mode}\0{file.Content?.Length}\0"));
            hash.AppendData(file.Content ?? []);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static void WriteStrings(Utf8JsonWriter json, string name, params string[] values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
