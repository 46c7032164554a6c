using Microsoft.Extensions.Logging.Abstractions;
using Weave.Daemon;
using Weave.Mesh;
using Weave.Persistence;
using Weave.Status;

namespace Weave.Tests.Mesh;

/// <summary>A host keeps its name whatever changes of it, and a copy of a host gets another.</summary>
public sealed class HostNameTests : IDisposable
{
    private const string Name = "de:80:5f:69:dd:74";
    private readonly string _root = Directory.CreateTempSubdirectory("weave-name").FullName;
    private readonly MemoryStateStore _store = new();
    private readonly ProblemBoard _problems = new(TimeProvider.System, NullLogger<ProblemBoard>.Instance);

    public HostNameTests()
    {
        Write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        Write("sys/class/dmi/id/product_uuid", "4c4c4544-0043-3510-8052-b9c04f4e3432\n");
        Write("sys/class/net/eth0/address", "52:54:00:00:00:01\n");
        Write("sys/class/net/eth0/device/vendor", "0x1af4\n");
        Write("sys/class/net/lo/address", "00:00:00:00:00:00\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("the bridge has another address")]
    [InlineData("the bridge is gone")]
    [InlineData("another machine id")]
    [InlineData("another board")]
    [InlineData("another network device")]
    [InlineData("another machine id and board")]
    [InlineData("nothing of the hardware can be read any more")]
    public void What_changes_of_a_host_leaves_its_name(string what)
    {
        Write("sys/class/net/weave/address", $"{Name}\n");
        Assert.Equal(Name, Take());
        Assert.Equal(Name, Take());
        switch (what)
        {
            case "the bridge has another address":
                Write("sys/class/net/weave/address", "02:00:00:00:00:99\n");
                break;
            case "the bridge is gone":
                File.Delete($"{_root}/sys/class/net/weave/address");
                break;
            case "another machine id":
                Write("etc/machine-id", "ffffffffffffffffffffffffffffffff\n");
                break;
            case "another board":
                Write("sys/class/dmi/id/product_uuid", "00000000-0043-3510-8052-b9c04f4e3432\n");
                break;
            case "another network device":
                Write("sys/class/net/eth0/address", "52:54:00:00:00:02\n");
                break;
            case "another machine id and board":
                Write("etc/machine-id", "ffffffffffffffffffffffffffffffff\n");
                Write("sys/class/dmi/id/product_uuid", "00000000-0043-3510-8052-b9c04f4e3432\n");
                break;
            default:
                File.Delete($"{_root}/sys/class/dmi/id/product_uuid");
                File.Delete($"{_root}/sys/class/net/eth0/address");
                break;
        }

        Assert.Equal(Name, Take());
        Assert.Empty(_problems.Texts());
    }

    [Fact]
    public void Changes_one_after_the_other_leave_it_too()
    {
        string name = Take();
        Write("sys/class/dmi/id/product_uuid", "00000000-0043-3510-8052-b9c04f4e3432\n");
        Assert.Equal(name, Take());
        Write("sys/class/net/eth0/address", "52:54:00:00:00:02\n");
        Assert.Equal(name, Take());
    }

    [Theory]
    [InlineData("00000000-0043-3510-8052-b9c04f4e3432", "ffffffffffffffffffffffffffffffff")]
    [InlineData("00000000-0043-3510-8052-b9c04f4e3432", "0123456789abcdef0123456789abcdef")]
    [InlineData("", "0123456789abcdef0123456789abcdef")]
    public void A_copy_on_other_hardware_gets_a_name_of_its_own_and_says_what_to_do_if_it_is_none(string board, string machine)
    {
        if (board.Length == 0)
        {
            File.Delete($"{_root}/sys/class/dmi/id/product_uuid");
        }

        string name = Take();
        Write("etc/machine-id", machine);
        if (board.Length > 0)
        {
            Write("sys/class/dmi/id/product_uuid", board);
        }

        Write("sys/class/net/eth0/address", "52:54:00:00:00:02\n");
        string copy = Take();
        Assert.NotEqual(name, copy);
        Assert.Contains($"start it with --name {name}", Assert.Single(_problems.Texts()), StringComparison.Ordinal);
        Assert.Equal(copy, Take());
    }

    [Fact]
    public void A_name_that_was_given_is_kept_when_it_is_not_given_any_more()
    {
        Assert.Equal("00:00:00:00:00:07", Take("0:0:0:0:0:7"));
        Assert.Equal("00:00:00:00:00:07", Take());
        Assert.Equal("00:00:00:00:00:08", Take("00:00:00:00:00:08"));
    }

    [Fact]
    public void The_name_of_a_release_that_stored_it_with_its_addresses_only_is_kept()
    {
        _store.Put(StateKeys.PeerName, Name, MeshJson.Default.String);
        Assert.Equal(Name, Take());
    }

    private string Take(string? given = null) =>
        new HostName(new HostIdentity(_root, Path.Combine(_root, "sys")), _store, _problems, NullLogger.Instance).Take(given, "weave").ToString();

    private void Write(string path, string text)
    {
        string file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
