using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Weave.Cli.Launch;

namespace Weave.Tests.Cli;

public sealed class ImageArchiveTests
{
    private static readonly ImageFile[] Files = [new("usr/bin/weave", [1, 2, 3]), new("home/weave/weaver", null, "/usr/bin/weave"), new("tmp/.keep", [], Mode: 0x1A4)];

    [Fact]
    public void The_same_files_give_the_same_bytes() =>
        Assert.Equal(new ImageArchive(Files, "amd64").Write("a/b", "1").ToArray(), new ImageArchive([.. Files.Reverse()], "amd64").Write("a/b", "1").ToArray());

    [Fact]
    public void Another_byte_is_another_image()
    {
        ImageArchive other = new([.. Files[1..], new ImageFile("usr/bin/weave", [1, 2, 4])], "amd64");
        Assert.NotEqual(new ImageArchive(Files, "amd64").Digest, other.Digest);
    }

    [Fact]
    public void It_is_what_docker_load_takes()
    {
        Dictionary<string, byte[]> entries = Read(new ImageArchive(Files, "amd64").Write("weave/weave", "3"));
        using JsonDocument manifest = JsonDocument.Parse(entries["manifest.json"]);
        JsonElement image = manifest.RootElement[0];
        Assert.Equal("weave/weave:3", image.GetProperty("RepoTags")[0].GetString());
        byte[] config = entries[image.GetProperty("Config").GetString()!];
        byte[] layer = entries[image.GetProperty("Layers")[0].GetString()!];
        using JsonDocument parsed = JsonDocument.Parse(config);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(layer)), parsed.RootElement.GetProperty("rootfs").GetProperty("diff_ids")[0].GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(config)) + ".json", image.GetProperty("Config").GetString());
        Dictionary<string, byte[]> files = Read(new MemoryStream(layer));
        Assert.Equal([1, 2, 3], files["usr/bin/weave"]);
        Assert.Contains("usr/bin/", files.Keys);
    }

    private static Dictionary<string, byte[]> Read(Stream stream)
    {
        Dictionary<string, byte[]> entries = [];
        using TarReader reader = new(stream);
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            using MemoryStream content = new();
            entry.DataStream?.CopyTo(content);
            entries[entry.Name] = content.ToArray();
        }

        return entries;
    }
}
