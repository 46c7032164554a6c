using System.Text.Json;
using Weave.Daemon;
using Weave.Tests.Support;
using Weave.Wire.Primitives;

namespace Weave.Tests.Daemon;

public sealed class HostIdentityTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("weave-identity").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Names_are_made_from_identity_bytes_as_by_the_original()
    {
        foreach (JsonElement row in Vectors.Json("logic/mac_from_uuid.json").GetProperty("cases").EnumerateArray())
        {
            Assert.Equal(row.GetProperty("mac").GetString(), HostIdentity.FromIdentity(row.GetProperty("inputHex").Hex()).ToString());
        }
    }

    [Fact]
    public void The_given_name_wins_over_the_bridge_and_the_bridge_over_the_machine()
    {
        Write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        Assert.Equal("0a:39:ab:6e:42:c6", Name(null));
        Write("sys/class/net/weave/address", "00:00:00:00:00:05\n");
        Assert.Equal("00:00:00:00:00:05", Name(null));
        Assert.Equal("00:00:00:00:00:07", Name("0:0:0:0:0:7"));
    }

    [Fact]
    public void A_stored_name_made_from_the_hardware_alone_is_kept()
    {
        Write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        Write("sys/class/dmi/id/product_uuid", "4c4c4544-0043-3510-8052-b9c04f4e3432\n");
        Assert.Equal("de:80:5f:69:dd:74", Name(null, PeerName.Parse("de:80:5f:69:dd:74")));
        Assert.NotEqual("de:80:5f:69:dd:74", Name(null, PeerName.Parse("de:80:5f:69:dd:75")));
    }

    [Fact]
    public void A_machine_without_ids_is_told_to_use_a_flag() =>
        Assert.Contains("--name", Assert.Throws<OptionException>(() => Name(null)).Message, StringComparison.Ordinal);

    private string Name(string? given, PeerName? stored = null) =>
        new HostIdentity(_root, Path.Combine(_root, "sys")).Name(given, "weave", () => stored).ToString();

    private void Write(string path, string text)
    {
        string file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
