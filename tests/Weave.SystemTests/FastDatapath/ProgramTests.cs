using System.Buffers.Binary;
using System.Text.Json;
using Weave.SystemTests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>Each program alone, on a frame recorded from the original: verdict, counter and bytes.</summary>
public sealed class ProgramTests : IDisposable
{
    private const int HeaderSize = 14; // hand-over, docs/wire/vxlan.md §4

    private static readonly MacAddress Container = new(0x0a0000000001);
    private static readonly MacAddress Remote = new(0x0a0000000002);
    private static readonly MacAddress Stranger = new(0x0a0000000099);
    private static readonly MacAddress Everybody = MacAddress.Broadcast;
    private static readonly MacAddress SpanningTree = new(0x0180c2000000);
    private static readonly ShortId Neighbour = new(2);
    private static readonly byte[] Recorded = ReadFrame();

    private readonly OverlayWorld _world = new(1);
    private readonly OverlayHost _host;

    public ProgramTests()
    {
        _host = _world[1];
        _host.Exec("ip tuntap add handover mode tap");
        _host.Exec("ip link set handover up");
        _host.Run(() =>
        {
            _host.Datapath.AttachHandover("handover");
            return 0;
        });
        SetNeighbour(fast: true);
        _host.Datapath.Tables.SetRoute(_host.Id, DatapathRoute.None);
        _host.Datapath.Tables.SetRoute(Neighbour, DatapathRoute.Via(Neighbour));
        _host.Datapath.Tables.SetHops(_host.Id, new DatapathHops(null, [Neighbour]));
        _host.Datapath.Tables.SetSelf(_host.Id);
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_frame_of_the_bridge_is_flooded_until_its_destination_is_known()
    {
        Expect("weave_egress", Recorded, TcVerdict.Redirect, DatapathCounter.Flooded);
        LearnRemote();
        ProgramRun run = Expect("weave_egress", Recorded, TcVerdict.Redirect, DatapathCounter.SentFast);
        Assert.Equal(Recorded, run.Frame);
        Assert.Equal(1UL, _host.Count(DatapathCounter.Flooded));
        Assert.Equal(_host.Id, _host.Datapath.ReadMacs().Single(mac => mac.Address == Container).Peer);
    }

    [Fact]
    public void A_frame_for_a_peer_without_a_way_is_dropped()
    {
        LearnRemote();
        _host.Datapath.Tables.SetRoute(Neighbour, DatapathRoute.None);
        Expect("weave_egress", Recorded, TcVerdict.Drop, DatapathCounter.DropNoRoute);
    }

    [Fact]
    public void A_frame_for_our_own_bridge_or_for_the_bridge_alone_stays_there()
    {
        Expect("weave_egress", ProgramRun.Readdressed(Recorded, SpanningTree, Container), TcVerdict.Drop, DatapathCounter.DropLocal);
        Expect("weave_egress", ProgramRun.Readdressed(Recorded, Everybody, Stranger), TcVerdict.Redirect, DatapathCounter.Flooded);
        Expect("weave_egress", ProgramRun.Readdressed(Recorded, Stranger, Container), TcVerdict.Drop, DatapathCounter.DropLocal);
    }

    [Fact]
    public void A_neighbour_off_the_fast_path_gets_the_frame_behind_a_hand_over_header()
    {
        LearnRemote();
        SetNeighbour(fast: false);
        ProgramRun run = Expect("weave_egress", Recorded, TcVerdict.Redirect, DatapathCounter.SentHandover);
        Assert.Equal("0257000200020257000140000800", Convert.ToHexStringLower(run.Frame.AsSpan(0, HeaderSize)));
        Assert.Equal(Recorded, run.Frame[HeaderSize..]);
    }

    [Fact]
    public void What_user_space_hands_over_loses_its_header_and_keeps_its_ids()
    {
        ProgramRun run = Expect("weave_handover", HandedOver(Recorded), TcVerdict.Redirect, DatapathCounter.ReceivedHandover);
        Assert.Equal(Recorded, run.Frame);
        Assert.Equal(1U << 31 | 64U << 24 | 1U << 12 | 2U, run.Mark);
    }

    [Fact]
    public void What_is_not_marked_as_handed_over_is_dropped() =>
        Expect("weave_handover", Recorded, TcVerdict.Drop, DatapathCounter.DropMalformed);

    [Fact]
    public void A_frame_that_enters_without_a_tunnel_or_a_hand_over_is_dropped()
    {
        Expect("weave_ingress", Recorded, TcVerdict.Drop, DatapathCounter.DropMalformed);
        Expect("weave_ingress", Recorded, TcVerdict.Drop, DatapathCounter.DropMalformed, mark: 0xffff_ffff);
    }

    [Fact]
    public void A_containers_frame_skips_the_bridge_only_when_its_destination_is_known_and_fast()
    {
        Assert.Equal(TcVerdict.Pass, ProgramRun.Of(_host, "weave_port", Recorded).Verdict);
        LearnRemote();
        Expect("weave_port", Recorded, TcVerdict.Redirect, DatapathCounter.SentFast);
        Assert.Equal(TcVerdict.Pass, ProgramRun.Of(_host, "weave_port", ProgramRun.Readdressed(Recorded, Everybody, Container)).Verdict);
        SetNeighbour(fast: false);
        Assert.Equal(TcVerdict.Pass, ProgramRun.Of(_host, "weave_port", Recorded).Verdict);
    }

    [Fact]
    public void Nobody_speaks_with_the_address_of_the_host_or_of_another_container_and_what_was_learned_so_is_forgotten()
    {
        const int Elsewhere = 4711;
        Assert.Equal(TcVerdict.Pass, ProgramRun.Of(_host, "weave_port", Recorded).Verdict);
        Assert.NotEqual(0, Learned().Port);
        _host.Datapath.Tables.SetOwners(new Dictionary<MacAddress, int> { [Container] = Elsewhere });
        Assert.DoesNotContain(_host.Datapath.ReadMacs(), mac => mac.Address == Container);
        Expect("weave_port", Recorded, TcVerdict.Drop, DatapathCounter.DropStolen);
        _host.Datapath.Tables.SetOwners(new Dictionary<MacAddress, int> { [Container] = 0 });
        Expect("weave_port", Recorded, TcVerdict.Drop, DatapathCounter.DropStolen);
        Assert.DoesNotContain(_host.Datapath.ReadMacs(), mac => mac.Address == Container);
        _host.Datapath.Tables.SetOwners(new Dictionary<MacAddress, int>());
        Assert.Equal(TcVerdict.Pass, ProgramRun.Of(_host, "weave_port", Recorded).Verdict);
    }

    private DatapathMac Learned() => _host.Datapath.ReadMacs().Single(mac => mac.Address == Container);

    [Fact]
    public void A_heartbeat_goes_to_the_neighbour_that_its_mark_names()
    {
        byte[] heartbeat = new byte[FastHeartbeat.LengthFor(1376)];
        FastHeartbeat.Write(heartbeat, 7, Hearing.Heard);
        Expect("weave_egress", heartbeat, TcVerdict.Redirect, DatapathCounter.SentHeartbeat, mark: 0x5700_0000u | Neighbour.Value);
        Expect("weave_egress", heartbeat, TcVerdict.Drop, DatapathCounter.DropMalformed, mark: 0x5700_0003u);
        Expect("weave_egress", heartbeat, TcVerdict.Drop, DatapathCounter.DropMalformed);
    }

    [Theory]
    [InlineData("weave_egress")]
    [InlineData("weave_ingress")]
    [InlineData("weave_handover")]
    [InlineData("weave_port")]
    public void The_shortest_frame_is_no_trouble(string program) =>
        Assert.Equal(program == "weave_port" ? TcVerdict.Pass : TcVerdict.Drop, ProgramRun.Of(_host, program, new byte[HeaderSize]).Verdict);

    private ProgramRun Expect(string program, byte[] frame, TcVerdict verdict, DatapathCounter counter, uint mark = 0)
    {
        ulong before = _host.Count(counter);
        ProgramRun run = ProgramRun.Of(_host, program, frame, mark);
        Assert.Equal((verdict, before + 1), (run.Verdict, _host.Count(counter)));
        return run;
    }

    /// <summary>As if a frame of it had come out of the tunnel, which no test run can do.</summary>
    private void LearnRemote()
    {
        byte[] key = new byte[DatapathMac.KeySize];
        byte[] value = new byte[DatapathMac.ValueSize];
        BinaryPrimitives.WriteUInt64LittleEndian(key, Remote.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(value.AsSpan(20), Neighbour.Value);
        _host.Datapath.Macs.Update(key, value);
    }

    private void SetNeighbour(bool fast) =>
        _host.Datapath.Tables.SetNeighbour(Neighbour, new DatapathNeighbour(Ipv4Address.Parse("10.77.0.2"), 0, fast));

    private static byte[] HandedOver(byte[] frame) => [.. Convert.FromHexString("0257000100020257000240000800"), .. frame];

    /// <summary>From 0a:00:00:00:00:01 to ...:02, IPv4.</summary>
    private static byte[] ReadFrame()
    {
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "vectors", "sleeve", "fragment_icmp.json")));
        string frame = vectors.RootElement.GetProperty("fragmentationNeeded")[0].GetProperty("offendingFrame").GetString()!;
        return ProgramRun.Readdressed(Convert.FromHexString(frame), Remote, Container);
    }
}
