using Weave.Plugin.Model;
using System.Formats.Tar;
using System.Text.Json;
using Weave.Docker.Managed;
using Weave.Docker.Model;

namespace Weave.Tests.Docker;

public sealed class ManagedPluginTests
{
    [Fact]
    public void The_archive_holds_the_configuration_and_the_root_file_system()
    {
        using MemoryStream archive = ManagedPlugin.Archive([new("usr/bin/weave", [1, 2, 3], null, 0x1ED), new("home/weave/weaver", null, "/usr/bin/weave", 0)]);
        Dictionary<string, TarEntryType> entries = [];
        using (TarReader tar = new(archive, leaveOpen: true))
        {
            while (tar.GetNextEntry() is { } entry)
            {
                entries.Add(entry.Name, entry.EntryType);
            }
        }

        Assert.Equal(TarEntryType.RegularFile, entries["config.json"]);
        Assert.Equal(TarEntryType.RegularFile, entries["rootfs/usr/bin/weave"]);
        Assert.Equal(TarEntryType.SymbolicLink, entries["rootfs/home/weave/weaver"]);
        Assert.Equal(TarEntryType.Directory, entries["rootfs/host/proc/"]);
        Assert.Equal(TarEntryType.Directory, entries["rootfs/usr/bin/"]);
    }

    [Fact]
    public void The_directory_holds_the_same_and_is_written_over_an_earlier_one()
    {
        string directory = Directory.CreateTempSubdirectory("weave-plugin").FullName;
        try
        {
            foreach (byte content in new byte[] { 1, 2 })
            {
                ManagedPlugin.WriteTo(directory, [new("usr/bin/weave", [content], null, 0x1ED), new("home/weave/weaver", null, "/usr/bin/weave", 0)]);
            }

            string binary = Path.Combine(directory, "rootfs/usr/bin/weave");
            Assert.Equal([2], File.ReadAllBytes(binary));
            Assert.True(File.GetUnixFileMode(binary).HasFlag(UnixFileMode.OtherExecute));
            Assert.Equal("/usr/bin/weave", new FileInfo(Path.Combine(directory, "rootfs/home/weave/weaver")).LinkTarget);
            Assert.True(Directory.Exists(Path.Combine(directory, "rootfs/host/proc")));
            Assert.Equal(ManagedPlugin.Config(), File.ReadAllText(Path.Combine(directory, "config.json")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_configuration_has_the_originals_settings_and_socket()
    {
        JsonElement config = JsonDocument.Parse(ManagedPlugin.Config()).RootElement;
        Assert.Equal("weave.sock", config.GetProperty("interface").GetProperty("socket").GetString());
        Assert.True(config.GetProperty("pidhost").GetBoolean(), "the host's iptables is found through its process 1");
        Assert.Equal(
            ["LOG_LEVEL", "EXTRA_ARGS", "WEAVE_PASSWORD", "WEAVE_MTU", "WEAVE_MULTICAST", "IPALLOC_RANGE"],
            config.GetProperty("env").EnumerateArray().Select(setting => setting.GetProperty("name").GetString()!));
    }

    [Fact]
    public void Settings_become_arguments_and_peers_come_last()
    {
        Dictionary<string, string> settings = new()
        {
            ["WEAVE_MTU"] = "1400", ["WEAVE_MULTICAST"] = "1", ["IPALLOC_RANGE"] = "10.2.0.0/16", ["EXTRA_ARGS"] = " --conn-limit=5  --no-fastdp", ["LOG_LEVEL"] = "debug",
        };
        IReadOnlyList<string> arguments = ManagedPluginArguments.From(settings.GetValueOrDefault, ["10.0.0.2", "10.0.0.3"]);
        Assert.Equal(["--conn-limit=5", "--no-fastdp"], arguments.Take(2));
        Assert.Equal(["--mtu=1400", "--plugin-v2-multicast", "10.0.0.2", "10.0.0.3"], arguments.TakeLast(4));
        Assert.Contains("--ipalloc-range=10.2.0.0/16", arguments);
        Assert.Contains("--log-level=debug", arguments);
        Assert.Equal("--resume", ManagedPluginArguments.From(_ => null, [])[^1]);
    }

    [Fact]
    public void Peers_are_all_ready_nodes_but_ourselves()
    {
        SwarmState swarm = new()
        {
            NodeAddr = "10.0.0.1", ControlAvailable = true, RemoteManagers = [new("a", "10.0.0.1:2377"), new("b", "10.0.0.2:2377")],
        };
        SwarmNode[] nodes =
        [
            new("a", new("ready", "0.0.0.0"), new(true, "10.0.0.1:2377")), new("b", new("ready", "10.0.0.2"), null),
            new("c", new("ready", "10.0.0.3"), null), new("d", new("down", "10.0.0.4"), null),
        ];
        Assert.Equal(["10.0.0.2", "10.0.0.3"], SwarmPeers.Choose(swarm, nodes));
        Assert.Equal(["10.0.0.2"], SwarmPeers.Choose(swarm, []));
        Assert.Empty(SwarmPeers.Choose(new SwarmState(), []));
    }

    /// <summary>The plugin is enabled before its node joins, as a node that is to run its services has to.</summary>
    [Fact]
    public void A_node_that_joins_a_swarm_connects_to_it_and_one_that_leaves_forgets_it()
    {
        SwarmRoster roster = new([]);
        Assert.Equal("", Look(roster, 0, new SwarmState { LocalNodeState = "inactive" }));
        Assert.Equal("", Look(roster, 60, new SwarmState { LocalNodeState = "pending" }));
        Assert.Equal("+10.0.0.1", Look(roster, 61, Worker));
        roster.OnAnnounced("10.0.0.3", self: true); // us
        roster.OnAnnounced("10.0.0.4", self: false);
        roster.OnAnnounced("no address", self: false);
        Assert.Equal("+10.0.0.4", Look(roster, 62, Worker));
        Assert.Equal("", Look(roster, 63, Worker));
        roster.OnGone("10.0.0.4");
        Assert.Equal("-10.0.0.4", Look(roster, 64, Worker));
        Assert.Equal(["10.0.0.1"], roster.Known);

        Assert.Equal("", Look(roster, 70, new SwarmState { LocalNodeState = "inactive" })); // an engine that starts says so
        Assert.Equal("", Look(roster, 75, Worker));
        Look(roster, 80, new SwarmState { LocalNodeState = "inactive" });
        Assert.Equal("-10.0.0.1", Look(roster, 90, new SwarmState { LocalNodeState = "inactive" }));
    }

    [Fact]
    public void A_manager_follows_all_nodes_and_has_patience_with_those_that_are_down()
    {
        SwarmState manager = Worker with { NodeAddr = "10.0.0.1", ControlAvailable = true };
        SwarmRoster roster = new(["10.0.0.9"]); // left while we were away
        Assert.Equal("+10.0.0.2 +10.0.0.3 -10.0.0.9", Look(roster, 0, manager, Node(1, "ready"), Node(2, "ready"), Node(3, "ready"), Node(4, "down")));
        Assert.Equal("", Look(roster, 60, manager, Node(1, "ready"), Node(2, "down"), Node(3, "ready")));
        Assert.Equal("", Look(roster, 120, manager, Node(1, "ready"), Node(2, "ready"), Node(3, "ready")));
        Assert.Equal("-10.0.0.3", Look(roster, 121, manager, Node(1, "ready"), Node(2, "down")));
        Assert.Equal("", Look(roster, 720, manager, Node(1, "ready"), Node(2, "down")));
        Assert.Equal("-10.0.0.2", Look(roster, 721, manager, Node(1, "ready"), Node(2, "down")));
    }

    [Theory]
    [InlineData("""{"DiscoveryType":1,"DiscoveryData":{"Address":"10.0.0.2","BindAddress":"0.0.0.0","Self":true}}""", "10.0.0.2", true)]
    [InlineData("""{"DiscoveryType":1,"DiscoveryData":{"Address":"10.0.0.2"}}""", "10.0.0.2", false)]
    [InlineData("""{"DiscoveryType":2,"DiscoveryData":{"Address":"10.0.0.2"}}""", null, false)]
    [InlineData("""{"DiscoveryType":1,"DiscoveryData":{"Address":7}}""", null, false)]
    [InlineData("""{"DiscoveryType":1,"DiscoveryData":"10.0.0.2"}""", null, false)]
    [InlineData("{}", null, false)]
    public void What_Docker_tells_of_its_nodes_is_read_and_nonsense_is_nothing(string json, string? address, bool self)
    {
        DiscoveryRequest request = JsonSerializer.Deserialize(json, PluginJson.Default.DiscoveryRequest)!;
        Assert.Equal(address, request.Node?.Address);
        Assert.Equal(self, request.Node?.Self ?? false);
    }

    private static SwarmState Worker => new() { NodeAddr = "10.0.0.3", LocalNodeState = "active", RemoteManagers = [new("a", "10.0.0.1:2377")] };

    private static SwarmNode Node(int number, string state) => new($"n{number}", new(state, $"10.0.0.{number}"), null);

    /// <summary>Whom to connect to, and whom to forget.</summary>
    private static string Look(SwarmRoster roster, int seconds, SwarmState swarm, params SwarmNode[] nodes)
    {
        (IReadOnlyList<string> added, IReadOnlyList<string> gone) = roster.OnLook(TimeSpan.FromSeconds(seconds), swarm, nodes);
        return string.Join(' ', [.. added.Select(address => $"+{address}"), .. gone.Select(address => $"-{address}")]);
    }
}
