using Weave.Linux.Bpf;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>A daemon of another version takes over: its programs have maps of another layout.</summary>
public sealed class UpgradeTests
{
    private const int Times = 3;
    private const uint FewMacs = 1024;
    private const uint FewCounters = (uint)DatapathCounter.Delivered + 1;

    [Fact]
    public async Task Versions_follow_each_other_under_traffic_and_no_packet_is_lost()
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        OverlayHost host = world[1];
        AttachPort(host);
        AttachPort(world[2]);
        string address = world[2].ContainerAddress.ToString();
        Assert.Equal(0, host.ExecContainer("ping", "-c3", "-i0.05", "-W2", address).ExitCode);
        DatapathContents before = host.Datapath.Read();
        (MacAddress, ShortId)[] learned = Learned(host);

        using CancellationTokenSource done = new();
        Task pings = Task.Run(() => PingWhileNot(done.Token, host, address));
        for (int i = 0; i < Times; i++)
        {
            Assert.True(host.Reopen(Older), "the older version did not take over");
            Assert.Equal(new BpfMapShape(2, 4, 12, 4096, 0), Shape(host, "weave_neigh"));
            Assert.True(host.Reopen(), "the newer version did not take over");
        }

        done.Cancel();
        await pings;
        Assert.Equivalent(before, host.Datapath.Read());
        Assert.Subset(Learned(host).ToHashSet(), learned.ToHashSet());
    }

    [Fact]
    public void What_the_other_version_has_no_room_for_is_left_out_and_the_rest_goes_on()
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        OverlayHost host = world[1];
        Assert.Equal(0, host.ExecContainer("ping", "-c3", "-i0.05", "-W2", world[2].ContainerAddress.ToString()).ExitCode);
        ulong sent = host.Count(DatapathCounter.SentFast);
        Assert.True(sent >= 3, $"{sent} frames sent");
        Assert.True(host.Reopen(Older), "the older version did not take over");
        Assert.Equal(FewMacs, Shape(host, "weave_macs").MaxEntries);
        Assert.Equal(FewCounters, Shape(host, "weave_counters").MaxEntries);
        Assert.True(host.Reopen(), "the newer version did not take over");
        Assert.True(host.Count(DatapathCounter.SentFast) >= sent, "the counters began anew");
        Assert.Equal(65536u, Shape(host, "weave_macs").MaxEntries);
    }

    [Fact]
    public void A_take_over_that_was_cut_short_begins_again_from_the_old_maps()
    {
        using OverlayWorld world = new OverlayWorld(2).FullMesh();
        OverlayHost host = world[1];
        Assert.True(host.Reopen(Older), "the older version did not take over");
        host.Run(() =>
        {
            DatapathPrograms.Load(Pins(host)).Dispose(); // maps are made and filled, and the process ends before it attaches
            return 0;
        });
        Assert.Contains(Directory.GetFiles(Pins(host)), pin => pin.EndsWith("_new", StringComparison.Ordinal));
        Assert.True(host.Reopen(), "the newer version did not take over");
        Assert.Equal(0, host.ExecContainer("ping", "-c3", "-i0.05", "-W2", world[2].ContainerAddress.ToString()).ExitCode);
        Assert.DoesNotContain(Directory.GetFiles(Pins(host)), pin => pin.EndsWith("_new", StringComparison.Ordinal));
    }

    private static void PingWhileNot(CancellationToken done, OverlayHost from, string address)
    {
        do
        {
            string said = from.ExecContainer("ping", "-q", "-i0.002", "-c500", "-W5", address).All;
            Assert.Contains("500 packets transmitted, 500 received", said, StringComparison.Ordinal);
        }
        while (!done.IsCancellationRequested);
    }

    /// <summary>Neighbours without their last field, fewer counters, and smaller tables.</summary>
    private static void Older(string name, nint map)
    {
        int result = name switch
        {
            "weave_neigh" => BpfNative.MapSetValueSize(map, 12),
            "weave_macs" => BpfNative.MapSetMaxEntries(map, FewMacs),
            "weave_hops" => BpfNative.MapSetMaxEntries(map, 512),
            "weave_counters" => BpfNative.MapSetMaxEntries(map, FewCounters),
            "weave_events" => BpfNative.MapSetMaxEntries(map, 64 * 1024),
            _ => 0,
        };
        Assert.Equal(0, result);
    }

    private static void AttachPort(OverlayHost host) => host.Run(() =>
    {
        host.Datapath.AttachPort(host.Veth);
        return 0;
    });

    private static (MacAddress Address, ShortId Peer)[] Learned(OverlayHost host) => [.. host.Datapath.ReadMacs().Select(mac => (mac.Address, mac.Peer))];

    private static string Pins(OverlayHost host) => host.Run(() => BpfFileSystem.DirectoryOfThisNamespace(host.Spec.PinRoot));

    private static BpfMapShape Shape(OverlayHost host, string map)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle pinned = PinnedMaps.OpenPinned(Path.Combine(Pins(host), map));
        return BpfMapShape.Found(pinned);
    }
}
